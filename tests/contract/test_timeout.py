"""Chapter TIMEOUT of SPEC.md."""

import json

import httpx
import pytest

from tests.support.orders import SLEEP
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import stops_growing, wait_until
from tests.support.web import seconds

pytestmark = pytest.mark.bounded

FOREVER = {"seconds": 60}
SHORT = pytest.mark.function("sleep", shared=True, FUNC_TIMEOUT="0.4", FUNC_WORKERS="5")
FILE = {"file": "/tmp/written-by-function"}


def assert_timeout(response: httpx.Response, timeout: float = 1.0) -> None:
    """Assert that a call was answered 408 after its `timeout`, and within a second of it."""
    assert response.status_code == 408
    assert timeout <= seconds(response) <= timeout + 1


@pytest.mark.clause("TIMEOUT-1")
@SLEEP
def test_sleep(server: Server) -> None:
    """A sleeping call is answered at its deadline."""
    assert_timeout(server.call(FOREVER))


@pytest.mark.clause("TIMEOUT-2")
@pytest.mark.function("spin", FUNC_TIMEOUT="0.5")
def test_spin(server: Server) -> None:
    """A call that burns the CPU is answered at its deadline."""
    assert_timeout(server.call(), 0.5)


@pytest.mark.clause("TIMEOUT-3")
@pytest.mark.function("never", FUNC_TIMEOUT="0.5")
def test_never(server: Server) -> None:
    """A result that never comes is answered at the deadline."""
    assert_timeout(server.call(), 0.5)


@pytest.mark.clause("TIMEOUT-5")
@pytest.mark.function("block", FUNC_TIMEOUT="0.5")
def test_block(server: Server) -> None:
    """A call that the language can't interrupt is answered at its deadline."""
    assert_timeout(server.call(), 0.5)


@pytest.mark.clause("TIMEOUT-6")
@pytest.mark.function("append", FUNC_TIMEOUT="1")
def test_work_stops(server: Server) -> None:
    """The work of a call ends with it."""
    assert_timeout(server.call(FILE))
    assert stops_growing(lambda: len(server.file(FILE["file"])), within=1)


@pytest.mark.clause("TIMEOUT-4", "TIMEOUT-6")
@pytest.mark.function("stubborn", FUNC_TIMEOUT="1")
def test_stubborn_work_stops(server: Server) -> None:
    """The work of a call that catches every error ends with it as well."""
    assert_timeout(server.call(FILE))
    assert stops_growing(lambda: len(server.file(FILE["file"])), within=1)


@pytest.mark.clause("TIMEOUT-11")
@pytest.mark.function("spawn", FUNC_TIMEOUT="1")
def test_child_processes_stop(server: Server) -> None:
    """The processes that a call has started end with it."""
    assert_timeout(server.call(FILE))
    assert stops_growing(lambda: len(server.file(FILE["file"])), within=1)


@pytest.mark.clause("TIMEOUT-7")
@pytest.mark.function("sleep", FUNC_TIMEOUT="1.6")
def test_beside_a_timeout(server: Server) -> None:
    """A call that executes while another times out is unharmed."""
    late = server.begin(FOREVER)
    server.wait_for_calls()
    server.call({"seconds": 1})
    assert not late.done()
    beside = server.call({"seconds": 0.9})
    assert (beside.status_code, beside.text) == (200, "slept")
    assert_timeout(late.result(), 1.6)


@pytest.mark.clause("TIMEOUT-8")
@pytest.mark.quiet
@pytest.mark.function("sleep", FUNC_TIMEOUT="0.7", FUNC_WORKERS="1")
def test_after_a_timeout(server: Server) -> None:
    """The next call finds a worker that is ready; the better of two tries counts."""

    def seconds_after_a_timeout() -> float:
        assert_timeout(server.call(FOREVER), 0.7)
        response = server.call({"seconds": 0})
        assert response.text == "slept"
        return seconds(response)

    assert any(seconds_after_a_timeout() < 0.3 for _ in range(2))


@pytest.mark.clause("TIMEOUT-9")
@pytest.mark.quiet
@SLEEP
def test_capacity(server: Server) -> None:
    """After ten timeouts, five workers still do five calls at once: one less would take 1 s."""
    for _ in range(2):
        assert {call.status_code for call in server.together(5, FOREVER)} == {408}
    calls = server.together(5, {"seconds": 0.5})
    assert [call.text for call in calls] == ["slept"] * 5
    assert max(map(seconds, calls)) < 1


@pytest.mark.clause("TIMEOUT-10")
@SHORT
def test_nothing_left_behind(server: Server, tools: Tools) -> None:
    """Ten timeouts leave no process, no zombie, no descriptors; a few connections may close yet."""
    server.together(5, FOREVER)
    before = tools.processes(server)
    for _ in range(2):
        server.together(5, FOREVER)
    tools.wait_until_within(server, before)


@pytest.mark.clause("TIMEOUT-12")
@SHORT
def test_decimals(server: Server) -> None:
    """The timeout may be a fraction of a second."""
    assert_timeout(server.call(FOREVER), 0.4)


@pytest.mark.clause("TIMEOUT-13", "OBSERVABILITY-6")
@pytest.mark.function("stream", FUNC_TIMEOUT="1", FUNC_LOG_FORMAT="json")
def test_stream(server: Server) -> None:
    """A client can tell an answer that was cut off from a whole one."""
    with server.stream({"pieces": 50, "pause": 0.2, "status": 202}) as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"piece 0\n"
        with pytest.raises(httpx.TransportError):
            list(pieces)
    assert seconds(answer) <= 2
    (line,) = map(json.loads, server.access_log('"POST"'))
    assert (answer.status_code, line["status"]) == (202, 202)
    assert line["duration_seconds"] >= 1


@pytest.mark.clause("TIMEOUT-14", "TIMEOUT-6")
@pytest.mark.function("sleep", FUNC_TIMEOUT="1.6", FUNC_WORKERS="4", FUNC_CALLS_PER_WORKER="4")
def test_beside_a_timeout_in_one_worker(server: Server, tools: Tools) -> None:
    """A call in the worker of one that times out is unharmed, and after it that worker ends."""
    late = server.begin(FOREVER)
    server.wait_for_calls()
    before = tools.processes(server).numbers
    server.call({"seconds": 1})
    beside = server.begin({"seconds": 0.9})
    assert_timeout(late.result(), 1.6)
    assert not beside.done()
    assert server.call({"seconds": 0}).text == "slept"
    assert (beside.result().status_code, beside.result().text) == (200, "slept")
    wait_until(lambda: before - tools.processes(server).numbers, 10, "the end of the worker")


@pytest.mark.clause("TIMEOUT-14", "TIMEOUT-2")
@pytest.mark.function("spin", FUNC_TIMEOUT="1", FUNC_WORKERS="4", FUNC_CALLS_PER_WORKER="4")
def test_spin_in_a_worker_of_several_calls(server: Server) -> None:
    """A call that burns the CPU of such a worker is answered, and so is the next one's."""
    assert_timeout(server.call())
    assert_timeout(server.call())
