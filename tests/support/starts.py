"""How many containers come up at the same time: that is what takes the CPU of a run.

While a test runs that states how long something may take, there is one less.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 2


class Starts:
    """Turns for what starts containers, and for tests with a bound; safe to share by threads."""

    def __init__(self, most: int = MOST) -> None:
        self._changed = threading.Condition()
        self._most = most
        self._running = 0
        self.bounds = 0
        """How many tests with a bound run, or wait for that."""

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn, and have it while the block starts a container or runs a phase."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._most - bool(self.bounds))
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def fewer(self) -> Iterator[None]:
        """Let one less start while the block runs, which waits until that is so."""
        with self._changed:
            self.bounds += 1
            self._changed.wait_for(lambda: self._running < self._most)
        try:
            yield
        finally:
            with self._changed:
                self.bounds -= 1
                self._changed.notify_all()
