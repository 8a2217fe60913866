"""A call that ends badly harms nobody else."""

import pytest

from tests.support.server import Server
from tests.support.wait import wait_until

FATAL = {
    "goroutine": "panic: expected failure",
    "map": "fatal error: concurrent map",
}


@pytest.mark.function("crash")
@pytest.mark.parametrize("how", ["panic", "nil"])
def test_panic(server: Server, how: str) -> None:
    """A panic in the call is 500, and a call beside it completes in the same process."""
    beside = server.begin({"how": "sleep"})
    server.wait_for_calls()
    assert server.call({"how": how}).status_code == 500
    assert beside.result().text == "done"
    wait_until(lambda: "crash.go:" in server.stderr)


@pytest.mark.function("crash")
@pytest.mark.bounded
@pytest.mark.parametrize("how", sorted(FATAL))
def test_fatal_error(server: Server, how: str) -> None:
    """What ends the process is 500 at once, its trace is in the log, the next call is served."""
    answer = server.call({"how": how})
    assert answer.status_code == 500
    assert answer.elapsed.total_seconds() < 1
    assert server.call({"how": "none"}).text == "done"
    wait_until(lambda: FATAL[how] in server.stderr)


@pytest.mark.function("crash", FUNC_TIMEOUT="0.5")
def test_context_ends_at_the_deadline(server: Server) -> None:
    """A function that watches its context learns of the deadline: 408, or its own answer."""
    assert server.call({"how": "context"}).status_code in {200, 408}
    assert server.call({"how": "none"}).text == "done"
