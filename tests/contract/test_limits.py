"""Chapter LIMITS of SPEC.md."""

import resource
import time

import docker.types
import pytest

from tests.support.orders import HELLO, SLEEP
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import holds_for, wait_until
from tests.support.web import Wire, message, seconds, threads

IDLE_SECONDS = 2.0
SHORT = pytest.mark.function("hello", shared=True, FUNC_IDLE_TIMEOUT=str(IDLE_SECONDS))
CONNECTIONS = 2000
FILES = docker.types.Ulimit(name="nofile", soft=1024, hard=4096)
HEAD_LIMIT = 65_536
TOO_LARGE = 60 * 2**20
ENDLESS = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + HEAD_LIMIT * b"x"
# Kills all that process 1 has started, for two seconds, and names what it has killed.
KILLS = """
end=$(($(date +%s) + 2))
while [ "$(date +%s)" -le $end ]; do
    for child in $(pgrep -P 1); do kill -9 "$child" && echo "$child"; done
    sleep 0.05
done
"""


def head(size: int, kind: str) -> bytes:
    """Return a head of `size` bytes: with one large field, with many fields, or a long target."""
    start, end = b"GET /%s HTTP/1.1\r\nHost: x\r\n%sX: ", b"\r\n\r\n"
    fields = b"".join(b"x%d:\r\n" % number for number in range(5000))
    start %= (b"x" * 60_000 if kind == "target" else b"", fields if kind == "fields" else b"")
    return start + b"x" * (size - len(start) - len(end)) + end


def seconds_open(wire: Wire, begin: float) -> float:
    """Return how long after `begin` the server closes a connection."""
    wire.read_all(IDLE_SECONDS + 5)
    assert wire.is_ended
    return time.monotonic() - begin


@pytest.mark.clause("LIMITS-1")
@pytest.mark.bounded
@SHORT
def test_idle_connection(server: Server) -> None:
    """A connection is kept for a while, whether it was used or not, and then closed."""
    used = server.wire().send(message("GET", "/"))
    assert used.read_until(b"hello world")
    begin, fresh = time.monotonic(), server.wire()
    for wire in (used, fresh):
        assert IDLE_SECONDS - 0.2 < seconds_open(wire, begin) < IDLE_SECONDS + 2


@pytest.mark.clause("LIMITS-2")
@pytest.mark.bounded
@SHORT
def test_slow_head(server: Server) -> None:
    """A head that isn't whole in time is answered 408, though more of it comes all the time."""
    slow, begin = server.wire().send(b"GET /"), time.monotonic()
    holds_for(lambda: bool(slow.send(b"x")), IDLE_SECONDS - 0.2)
    answer = slow.read_all(IDLE_SECONDS + 2)
    assert answer.split()[1:2] == [b"408"]
    assert IDLE_SECONDS - 0.2 < time.monotonic() - begin < IDLE_SECONDS + 2


@pytest.mark.clause("LIMITS-3")
@pytest.mark.parametrize("kind", ["field", "fields", "target"])
@HELLO
def test_large_head(server: Server, kind: str) -> None:
    """A head may be of 64 KiB."""
    answer = server.wire().send(head(HEAD_LIMIT, kind)).read_until(b"hello world", within=10)
    assert answer.endswith(b"hello world")


@pytest.mark.clause("LIMITS-4")
@pytest.mark.parametrize(
    "request_", [head(HEAD_LIMIT + 1, "field"), ENDLESS], ids=["whole", "part"]
)
@HELLO
def test_too_large_head(server: Server, request_: bytes) -> None:
    """A larger one is refused, as soon as it is known to be larger."""
    wire = server.wire().send(request_)
    assert wire.read_all(within=10).split()[1:2] == [b"431"]
    assert wire.is_ended


@pytest.mark.clause("LIMITS-5")
@SLEEP
def test_slow_body(server: Server) -> None:
    """A body may take longer than a call."""
    body = b'{"seconds": 0}'
    wire = server.wire()
    wire.send(message("POST", "/", {"Content-Type": "application/json"}, body)[: -len(body)])
    assert wire.send(body[:5]).read_until(b"\r\n", within=1.3) == b""
    assert wire.send(body[5:]).read_until(b"slept", within=10).endswith(b"slept")


@pytest.mark.clause("LIMITS-6")
@SHORT
def test_sending_after_a_refusal(server: Server) -> None:
    """Who sends on for seconds, without looking, isn't cut off, and finds its answer then."""
    wire = server.wire()
    wire.socket.sendall(message("POST", "/", {"Content-Length": str(TOO_LARGE)}))
    holds_for(lambda: wire.socket.send(b"x" * 4096) > 0, 3)
    assert wire.read_until(b"\r\n").split()[1:2] == [b"413"]


@pytest.mark.clause("LIMITS-7", "LIMITS-8", "LIMITS-9", "LIFECYCLE-11", "CONCURRENCY-9")
@pytest.mark.bounded
@pytest.mark.function("slow_load", FUNC_TIMEOUT="1", FUNC_CONCURRENCY="1")
def test_failing_starts(server: Server, tools: Tools) -> None:
    """Workers that end while they load are started again at longer and longer intervals."""
    before = tools.processes(server).numbers
    killing = threads().submit(tools.run, server, KILLS)
    loading = wait_until(lambda: r if (r := server.get("/readyz")).status_code != 200 else None, 2)
    assert (loading.status_code, loading.text) == (503, "loading\n")
    answers = sorted(server.together(2), key=seconds)  # one waits, the other one is too many
    assert {(each.status_code, each.headers["retry-after"]) for each in answers} == {(503, "1")}
    assert seconds(answers[0]) < 0.9 < seconds(answers[1]) < 2
    killed = set(map(int, killing.result().stdout.split())) - before
    assert 3 <= len(killed) <= 12
    wait_until(lambda: server.get("/readyz").text == "ready\n", 15, "readiness")
    assert server.call().text == "hello world"


@pytest.mark.clause("LIMITS-10", "CONCURRENCY-7")
@pytest.mark.bounded
@pytest.mark.function("hello", ulimits=[FILES])
def test_two_thousand_connections(server: Server) -> None:
    """Connections without a request take nothing from others, and are kept."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    idle = [server.wire() for _ in range(CONNECTIONS)]
    responses = [server.get() for _ in range(5)]
    assert [response.text for response in responses] == ["hello world"] * 5
    assert max(map(seconds, responses)) < 1
    for wire in (idle[0], idle[-1]):
        assert b"hello world" in wire.send(message("GET", "/")).read_until(b"hello world", 5)
