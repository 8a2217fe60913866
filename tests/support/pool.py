"""Containers started ahead of the tests that use them.

Starting a container takes longer than most tests, and tests mostly wait. While one runs, two
threads start what the next few will ask for, and a third removes what was used. A test marked
`quiet` measures short times: it runs only when nothing is being started or removed.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")
THREADS = 2


class Pool:
    """Background work that tests don't wait for, unless they need its result."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="pool")
        # of its own, since what is removed may burn the CPU that a start needs
        self._remover = ThreadPoolExecutor(1, thread_name_prefix="remover")
        self._ahead: dict[str, Future[object]] = {}
        self._behind: list[Future[None]] = []

    def prefetch(self, key: str, action: Callable[[], object]) -> None:
        """Begin `action`, whose result `take` will ask for under `key`."""
        if key not in self._ahead:
            self._ahead[key] = self._executor.submit(action)

    def take(self, key: str, action: Callable[[], Result]) -> Result:
        """Return the result of the action begun under `key`, else run `action` now."""
        future = self._ahead.pop(key, None)
        if future is None:
            return action()
        return future.result()  # type: ignore[return-value]

    def later(self, action: Callable[[], None]) -> None:
        """Run `action` some time before the session ends."""
        self._behind = [future for future in self._behind if not future.done()]
        self._behind.append(self._remover.submit(action))

    def settle(self) -> None:
        """Wait until nothing runs in the background."""
        wait(self._ahead.values())
        wait(self._behind)

    def close(self) -> None:
        """Drop what has not begun and wait for the rest."""
        for executor in (self._executor, self._remover):
            executor.shutdown(wait=True, cancel_futures=True)
