"""Chapter FAILURE of SPEC.md."""

import pytest

from tests.support.orders import EXIT, FAIL
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until
from tests.support.web import seconds


@pytest.mark.clause("FAILURE-1")
@FAIL
def test_error(server: Server) -> None:
    """An error of the function is a 500."""
    assert server.call().status_code == 500


@pytest.mark.clause("FAILURE-2")
@pytest.mark.function("value", FUNC_WORKERS="1")
def test_after_an_error(server: Server) -> None:
    """An error takes no worker away."""
    for _ in range(3):
        assert server.call({"kind": "unserialisable"}).status_code == 500
        assert server.call({"kind": "number"}).text == "42"


@pytest.mark.clause("FAILURE-2")
@pytest.mark.function("fail", FUNC_WORKERS="1")
def test_after_thrown_errors(server: Server) -> None:
    """A function that throws is called again each time."""
    assert [server.call().status_code for _ in range(4)] == [500] * 4
    assert wait_until(lambda: server.stderr.count("expected failure") >= 4)


@pytest.mark.clause("FAILURE-3")
@pytest.mark.function("fail_later", FUNC_WORKERS="1")
def test_late_error(server: Server) -> None:
    """An error after the reply harms nobody."""
    assert server.call().text == "accepted"
    wait_until(lambda: "late failure" in server.stderr)
    response = server.call()
    assert (response.status_code, response.text) == (200, "accepted")


@pytest.mark.clause("FAILURE-4")
@EXIT
def test_exit(server: Server) -> None:
    """A function that ends its process is a 500 at once."""
    response = server.call({"how": "exit"})
    assert response.status_code == 500
    assert seconds(response) < 1


@pytest.mark.clause("FAILURE-5")
@EXIT
def test_kill(server: Server) -> None:
    """A function that kills its process is a 500 at once."""
    response = server.call({"how": "kill"})
    assert response.status_code == 500
    assert seconds(response) < 1


def share_a_process(server: Server, tools: Tools) -> bool:
    """Whether two calls of `counter` that overlap run in one process.

    The process of an earlier call is stopped, so that one of the two stays in flight for sure.
    """
    process = server.call().json()["process"]
    assert tools.run(server, f"kill -STOP {process}").exit_code == 0
    calls = [server.begin(), server.begin()]
    wait_until(lambda: any(call.done() for call in calls) or in_flight(server) >= 2, 10, "overlap")
    assert tools.run(server, f"kill -CONT {process}").exit_code == 0
    return len({call.result().json()["process"] for call in calls}) == 1


def in_flight(server: Server) -> float:
    """Return how many calls execute now."""
    return server.metrics().total("function_in_flight")


@pytest.mark.clause("FAILURE-6")
@pytest.mark.needs("exit", "counter")
def test_beside_an_exit(runtime: Runtime, tools: Tools) -> None:
    """A call goes on while another ends its process, unless they share the process."""
    server = runtime.shared("exit")
    beside = server.begin({"how": "exit", "after": 1})
    server.wait_for_calls()
    assert server.call({"how": "kill", "after": 0.3}).status_code == 500
    assert beside.result().status_code == 500
    if seconds(beside.result()) < 1:
        assert share_a_process(runtime.start("counter", {"FUNC_WORKERS": "2"}), tools)


@pytest.mark.clause("FAILURE-7")
@EXIT
def test_after_an_exit(server: Server) -> None:
    """The function is called again after it has ended its process: it waits before its exit."""
    for how in ("exit", "kill", "exit"):
        response = server.call({"how": how, "after": 0.2})
        assert response.status_code == 500
        assert seconds(response) >= 0.2
