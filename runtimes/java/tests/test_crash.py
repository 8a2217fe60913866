"""A call that ends badly harms nobody else."""

import pytest

from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.web import seconds


@pytest.mark.function("crash", mem_limit="512m", memswap_limit="512m")
@pytest.mark.bounded
@pytest.mark.parametrize(
    ("how", "trace"),
    [("exit", ""), ("memory", "java.lang.OutOfMemoryError"), ("stack", "StackOverflowError")],
)
def test_beside_a_crash(server: Server, how: str, trace: str) -> None:
    """Exit, memory and stack: 500, a trace in the log, and the call beside completes."""
    beside = server.begin({"how": "sleep"})
    server.wait_for_calls()
    assert server.call({"how": how}).status_code == 500
    assert beside.result().text == "done"
    wait_until(lambda: trace in server.stderr)
    assert server.call({"how": "none"}).text == "done"


@pytest.mark.function("crash")
@pytest.mark.bounded
def test_halt(server: Server) -> None:
    """An end of the process that nothing announces is 500 soon; the next call is served.

    The JVM waits for its compiler threads before it ends, which takes a second if they are busy.
    """
    answer = server.call({"how": "halt"})
    assert answer.status_code == 500
    assert seconds(answer) < 3
    assert server.call({"how": "none"}).text == "done"
