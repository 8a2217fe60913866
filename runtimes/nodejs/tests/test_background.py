"""What a function does beside its calls: work that a call leaves behind, and its end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.server import Server
from tests.support.wait import wait_until

SECONDS = 8  # longer than a superfluous worker is kept


@pytest.mark.function("mailer")
def test_work_after_a_burst(server: Server) -> None:
    """What calls have left behind goes on in workers that nobody needs any more."""
    with ThreadPoolExecutor(4) as clients:
        order = ({"number": number, "seconds": SECONDS} for number in range(4))
        assert all(reply.is_success for reply in clients.map(server.call, order))
    lines = [f"mail {number} sent\n" for number in range(4)]
    wait_until(lambda: all(line in server.stdout for line in lines), SECONDS + 5, "all mails")


@pytest.mark.function("ending")
def test_exit_hook(server: Server) -> None:
    """A function's exit hook runs when the runtime ends."""
    assert server.call().is_success
    server.signal()
    assert server.exit_code() == 0
    assert "exit hook has run\n" in server.stdout
