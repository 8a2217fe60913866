"""A call that ends badly harms nobody else."""

import pytest

from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.web import seconds


@pytest.mark.function("crash", FUNC_MEMORY_LIMIT="64Mi")
@pytest.mark.bounded
@pytest.mark.parametrize(
    ("how", "trace"),
    [
        ("exit", ""),
        ("memory", "Allowed memory size of 67108864 bytes exhausted"),
        ("fatal", "Cannot redeclare"),
        ("segfault", ""),
    ],
)
def test_beside_a_crash(server: Server, how: str, trace: str) -> None:
    """Exit, memory, a fatal error, a segfault: 500 at once; the call beside completes."""
    beside = server.begin({"how": "sleep"})
    server.wait_for_calls()
    answer = server.call({"how": how})
    assert answer.status_code == 500
    assert seconds(answer) < 1
    assert beside.result().text == "done"
    wait_until(lambda: trace in server.stderr)
    assert server.call({"how": "none"}).text == "done"
