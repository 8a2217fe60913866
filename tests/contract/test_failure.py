"""Chapter FAILURE of SPEC.md."""

import os
import re

import pytest

from tests.support import random_kills
from tests.support.orders import EXIT, FAIL, VALUE
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until
from tests.support.web import message, seconds

KILLS = int(os.environ.get("FUNCTION_RUNTIMES_KILLS", "0"))


@pytest.mark.clause("FAILURE-1")
@FAIL
def test_error(server: Server) -> None:
    """An error of the function is a 500."""
    assert server.call().status_code == 500


@pytest.mark.clause("FAILURE-2")
@VALUE
def test_after_an_error(server: Server) -> None:
    """An error takes no worker away."""
    for _ in range(3):
        assert server.call({"kind": "unserialisable"}).status_code == 500
        assert server.call({"kind": "number"}).text == "42"


@pytest.mark.clause("FAILURE-2")
@FAIL
def test_after_thrown_errors(server: Server) -> None:
    """A function that throws is called again each time."""
    before = server.stderr.count("expected failure")
    assert [server.call().status_code for _ in range(4)] == [500] * 4
    wait_until(lambda: server.stderr.count("expected failure") >= before + 4)


@pytest.mark.clause("FAILURE-3")
@pytest.mark.function("fail_later", FUNC_WORKERS="1")
def test_late_error(server: Server) -> None:
    """An error after the reply harms nobody."""
    assert server.call().text == "accepted"
    wait_until(lambda: "late failure" in server.stderr)
    response = server.call()
    assert (response.status_code, response.text) == (200, "accepted")


@pytest.mark.clause("FAILURE-4")
@pytest.mark.bounded
@EXIT
def test_exit(server: Server) -> None:
    """A function that ends its process is a 500 at once."""
    response = server.call({"how": "exit"})
    assert response.status_code == 500
    assert seconds(response) < 1


@pytest.mark.clause("FAILURE-5")
@pytest.mark.bounded
@EXIT
def test_kill(server: Server) -> None:
    """A function that kills its process is a 500 at once."""
    response = server.call({"how": "kill"})
    assert response.status_code == 500
    assert seconds(response) < 1


def share_a_process(server: Server, tools: Tools) -> bool:
    """Whether two calls of `counter` that overlap run in one process.

    The process of an earlier call is stopped meanwhile, so that no call ends before both are in.
    """
    process = server.call().json()["process"]
    assert tools.run(server, f"kill -STOP {process}").exit_code == 0
    wires = [server.wire().send(message("POST", "/", {"Connection": "close"})) for _ in range(2)]
    assert server.health() == 200  # then the calls, whose connections are older, have been accepted
    assert tools.run(server, f"kill -CONT {process}").exit_code == 0
    found = [re.findall(rb'"process": ?(\d+)', wire.read_all()) for wire in wires]
    assert [len(numbers) for numbers in found] == [1, 1]
    return found[0] == found[1]


@pytest.mark.clause("FAILURE-6")
@pytest.mark.bounded
@pytest.mark.needs("counter")
@EXIT
def test_beside_an_exit(server: Server, runtime: Runtime, tools: Tools) -> None:
    """A call goes on while another ends its process, unless they share the process."""
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


@pytest.mark.clause("FAILURE-8", "OBSERVABILITY-3", "OBSERVABILITY-4", "OBSERVABILITY-6")
@pytest.mark.function("exit", FUNC_WORKERS="3", FUNC_LOG_FORMAT="json")
def test_random_kills(server: Server) -> None:
    """No request is lost or answered twice, and the log and the counts have each once.

    `make kills` has a thousand processes end; here it is as many as do in a moment.
    """
    is_over = random_kills.until(KILLS, seconds=1.5)
    outcome = random_kills.run((server.host, server.port), is_over, seed=KILLS or 1)
    assert outcome.mistakes == []
    assert outcome.kills > 0
    total = len(outcome.statuses)
    lines = wait_until(lambda: x if len(x := server.stdout.splitlines()) >= total else None, 5)
    assert random_kills.differences(outcome, lines) == []
    metrics = server.metrics()
    counts = [metrics.total(f"function_{name}_total") for name in ("calls", "failures")]
    assert counts == [total, outcome.count[500]]


@pytest.mark.clause("FAILURE-7")
@pytest.mark.clause("FAILURE-9")
@pytest.mark.function("hog", mem_limit="256m", memswap_limit="256m")
def test_out_of_memory(server: Server) -> None:
    """Whoever ends the process, the kernel or the language, answers come from process 1."""
    assert [server.call().status_code for _ in range(2)] == [500, 500]
    assert server.health() == 200
