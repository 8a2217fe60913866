"""Chapter CONCURRENCY of SPEC.md."""

import socket
import statistics
import time

import pytest

from tests.support.answers import is_of_the_runtime
from tests.support.orders import COUNTER, HELLO
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.web import message, seconds

IDLE_CONNECTIONS = 200
ONE_AND_ONE = pytest.mark.function("sleep", shared=True, FUNC_WORKERS="1", FUNC_CONCURRENCY="2")
"""One call executes, one waits."""


def assert_healthy(server: Server) -> None:
    """Assert that health takes less than 100 ms: the median, since this machine is busy too."""
    probes = [server.get("/healthz") for _ in range(9)]
    assert {probe.status_code for probe in probes} == {200}
    assert statistics.median(map(seconds, probes)) < 0.1


@pytest.mark.clause("CONCURRENCY-1")
@pytest.mark.quiet
@pytest.mark.function("sleep")
def test_ten_at_once(server: Server) -> None:
    """Ten calls of a second take less than two."""
    calls = server.together(10, {"seconds": 1})
    assert [call.text for call in calls] == ["slept"] * 10
    assert max(map(seconds, calls)) < 2


@pytest.mark.clause("CONCURRENCY-2")
@pytest.mark.quiet
@pytest.mark.function("sleep", FUNC_WORKERS="3")
def test_health_of_a_busy_runtime(server: Server) -> None:
    """Health doesn't wait for a worker."""
    for _ in range(5):
        server.begin({"seconds": 30})
    server.wait_for_calls(3)
    assert_healthy(server)


@pytest.mark.clause("CONCURRENCY-3")
@pytest.mark.quiet
@pytest.mark.function("spin", FUNC_WORKERS="4", FUNC_TIMEOUT="30")
def test_health_under_load(server: Server) -> None:
    """Health doesn't wait for the CPU that four calls burn."""
    for _ in range(4):
        server.begin()
    server.wait_for_calls(4)
    assert_healthy(server)


@pytest.mark.clause("CONCURRENCY-4", "CONCURRENCY-5", "CONCURRENCY-9", "RESPONSE-15")
@pytest.mark.quiet
@ONE_AND_ONE
def test_overload(server: Server) -> None:
    """Two of six are admitted and served, one after the other; four are told to come again."""
    calls = server.together(6, {"seconds": 1})
    refused = [call for call in calls if call.status_code == 503]
    assert sorted(call.status_code for call in calls) == [200, 200, 503, 503, 503, 503]
    assert {call.headers["retry-after"] for call in refused} == {"1"}
    assert is_of_the_runtime(503, refused[0].headers["content-type"], refused[0].content)
    assert max(map(seconds, refused)) < 1


@pytest.mark.clause("CONCURRENCY-5")
@pytest.mark.function("sleep", FUNC_WORKERS="2")
def test_waiting_for_a_worker(server: Server) -> None:
    """More calls than workers are all served."""
    calls = server.together(12, {"seconds": 0.1})
    assert [call.text for call in calls] == ["slept"] * 12


@pytest.mark.clause("CONCURRENCY-6")
@COUNTER
def test_state(server: Server) -> None:
    """What a module remembers is there in the next call."""
    first, second = server.call().json(), server.call().json()
    assert second == {"count": first["count"] + 1, "process": first["process"]}


@pytest.mark.clause("CONCURRENCY-6")
@ONE_AND_ONE
def test_reset_connection(server: Server, tools: Tools) -> None:
    """A client that is gone before its answer ends no worker: what the module knows lives on."""
    server.call({"seconds": 0})
    before = tools.processes(server).numbers
    headers = {"Content-Type": "application/json", "Connection": "close"}
    wire = server.wire().send(message("POST", "/", headers, b'{"seconds": 0.5}'))
    server.wait_for_calls()
    wire.reset()
    assert server.call({"seconds": 0}).text == "slept"
    assert before <= tools.processes(server).numbers


@pytest.mark.clause("CONCURRENCY-7")
@pytest.mark.bounded
@HELLO
def test_idle_connections(server: Server) -> None:
    """Connections without a request take nothing from others."""
    idle = [server.wire() for _ in range(IDLE_CONNECTIONS)]
    responses = [server.get() for _ in range(5)]
    assert len(idle) == IDLE_CONNECTIONS
    assert [response.text for response in responses] == ["hello world"] * 5
    assert max(map(seconds, responses)) < 1


@pytest.mark.clause("CONCURRENCY-8")
@pytest.mark.quiet
@HELLO
def test_no_delay(server: Server) -> None:
    """No answer waits 40 ms for a client that acknowledges late."""
    wire, times = server.wire(), []
    for _ in range(21):
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        begin = time.monotonic()
        assert b"hello world" in wire.send(message("GET", "/")).read_until(b"hello world")
        times.append(time.monotonic() - begin)
    assert statistics.median(times) < 0.03


@pytest.mark.clause("CONCURRENCY-10")
@pytest.mark.quiet
@pytest.mark.function("sleep", FUNC_WORKERS="4", FUNC_CALLS_PER_WORKER="3")
def test_calls_of_one_worker(server: Server, tools: Tools) -> None:
    """Of four calls one worker executes three at once, and the fourth after them."""
    calls = server.together(4, {"seconds": 1})
    assert [call.text for call in calls] == ["slept"] * 4
    *three, fourth = sorted(map(seconds, calls))
    assert max(three) < 2 <= fourth
    # process 1, a template, a worker, a spare
    assert len(tools.processes(server).all) <= 4
