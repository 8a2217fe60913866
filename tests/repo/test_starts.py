"""How many containers come up at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.support.starts import Starts


def is_free(starts: Starts) -> bool:
    """Whether a container may start now."""
    begun = threading.Event()

    def start() -> None:
        with starts.one():
            begun.set()

    threading.Thread(target=start, daemon=True).start()
    return begun.wait(0.2)


def test_most() -> None:
    """No more start at once than may."""
    starts = Starts(2)
    with starts.one():
        assert is_free(starts)
        with starts.one():
            assert not is_free(starts)
    assert is_free(starts)


def test_fewer() -> None:
    """Beside a test with a bound, there is one less, however many such tests there are."""
    starts = Starts(2)
    with starts.fewer(), starts.fewer():
        assert is_free(starts)
        with starts.one():
            assert not is_free(starts)


def test_bound_waits() -> None:
    """A test with a bound waits until that is so."""
    starts, begun = Starts(1), threading.Event()

    def measure() -> None:
        with starts.fewer():
            begun.set()

    with ThreadPoolExecutor(1) as executor:
        with ExitStack() as stack:
            stack.enter_context(starts.one())
            executor.submit(measure)
            assert not begun.wait(0.2)
        assert begun.wait(10)
