"""Chapter LIFECYCLE of SPEC.md."""

import httpx
import pytest

from tests.support.answers import TEXT
from tests.support.orders import HELLO
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until
from tests.support.web import message

PROBES = {"/healthz": b"ok\n", "/readyz": b"ready\n"}
METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PURGE"]
SIGNALS = ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.clause("LIFECYCLE-8"))]


def is_refused(server: Server) -> bool:
    """Whether a new call gets no connection, no answer or a 503."""
    try:
        return server.call({"seconds": 0}).status_code == 503
    except httpx.TransportError:
        return True


@pytest.mark.clause("LIFECYCLE-1", "LIFECYCLE-3")
@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.function("sleep")
def test_drain(server: Server, name: str) -> None:
    """A call in flight is completed, then the runtime ends well."""
    running = server.begin({"seconds": 1})
    server.wait_for_calls()
    server.signal(name)
    assert running.result().text == "slept"
    assert server.exit_code(within=10) == 0


@pytest.mark.clause("LIFECYCLE-1", "LIFECYCLE-3", "TIMEOUT-1", "OBSERVABILITY-6")
@pytest.mark.function("spin", FUNC_TIMEOUT="1", FUNC_GRACE_PERIOD="60")
def test_timeout_during_the_drain(server: Server) -> None:
    """The last call is answered and logged though it ends by its deadline, not by itself."""
    running = server.begin()
    server.wait_for_calls()
    server.signal()
    assert running.result().status_code == 408
    assert server.exit_code(within=10) == 0
    (line,) = server.access_log("POST / ")
    assert '" 408 ' in line


@pytest.mark.clause("LIFECYCLE-2", "LIFECYCLE-6", "LIFECYCLE-11")
@pytest.mark.bounded
@pytest.mark.function("sleep")
def test_new_requests(server: Server) -> None:
    """During the drain new calls are refused, readiness is gone and health is not."""
    running = server.begin({"seconds": 2})
    server.wait_for_calls()
    server.signal()
    wait_until(lambda: server.get("/readyz").status_code == 503, 1.5, "the end of readiness")
    assert server.get("/readyz").text == "draining\n"
    assert server.get("/healthz").status_code == 200
    assert is_refused(server)
    assert running.result().text == "slept"


@pytest.mark.clause("LIFECYCLE-3", "LIFECYCLE-4")
@pytest.mark.quiet
@pytest.mark.function("hello")
def test_idle(server: Server) -> None:
    """Without a call in flight the runtime ends at once."""
    server.get()
    assert server.seconds_to_exit() < 1
    assert server.exit_code() == 0


@pytest.mark.clause("LIFECYCLE-5")
@pytest.mark.function("sleep", FUNC_TIMEOUT="3", FUNC_GRACE_PERIOD="0")
def test_short_grace(server: Server) -> None:
    """The grace is at least the timeout, so that any call can complete."""
    running = server.begin({"seconds": 1})
    server.wait_for_calls()
    server.signal()
    assert running.result().text == "slept"


@pytest.mark.clause("LIFECYCLE-5")
@pytest.mark.bounded
@pytest.mark.function("hello", FUNC_TIMEOUT="1", FUNC_GRACE_PERIOD="1")
def test_bounded_grace(server: Server) -> None:
    """A request that never comes to its end doesn't hold the runtime up."""
    server.wire().send(message("POST", "/", {"Content-Length": "100"}, b"only a part"))
    server.get()
    assert server.seconds_to_exit() < 3


@pytest.mark.clause("LIFECYCLE-7")
@pytest.mark.function("orphan")
def test_orphans(server: Server, tools: Tools) -> None:
    """Orphans that have ended are gone, zombies neither among them."""
    server.call()
    before = tools.processes(server)
    assert server.call().text == "left"
    tools.wait_until_within(server, before)


@pytest.mark.clause("LIFECYCLE-9")
@pytest.mark.quiet
@pytest.mark.function("hello")
def test_idle_connection(server: Server) -> None:
    """A connection that is kept open after its request doesn't hold the runtime up."""
    wire = server.wire().send(message("GET", "/"))
    assert b"hello world" in wire.read_until(b"hello world")
    assert server.seconds_to_exit() < 1


@pytest.mark.clause("LIFECYCLE-10", "LIFECYCLE-11", "LIFECYCLE-12")
@pytest.mark.parametrize("path", PROBES)
@HELLO
def test_probes(server: Server, path: str) -> None:
    """The probes of health and readiness say one word, whatever the method."""
    answers = [server.request(method, path) for method in METHODS]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, PROBES[path])}
    assert {answer.headers["content-type"] for answer in answers} == {TEXT}
    head = server.request("HEAD", path)
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", TEXT)


@pytest.mark.clause("LIFECYCLE-13")
@pytest.mark.parametrize("path", PROBES)
@HELLO
def test_probes_in_absolute_form(server: Server, path: str) -> None:
    """What counts is the path, as for all requests."""
    wire = server.wire().send(message("GET", f"http://runtime{path}", {"Connection": "close"}))
    assert wire.read_all(within=5).endswith(b"\r\n\r\n" + PROBES[path])
