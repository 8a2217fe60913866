"""Threads that take jobs in the order of their places, one at a time for each lane.

Jobs that touch the same thing name a lane for it, and never run together. The threads are daemons:
one that waits for something doesn't hold up the end of the session.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """An action, its place in the queue, and its lanes; `ended` is done when it has ended."""

    place: int
    lanes: frozenset[str]
    action: Callable[[], None]
    ended: "Future[None]" = field(default_factory=Future)


class Crew:
    """`count` threads and the jobs that wait for them."""

    def __init__(self, name: str, count: int) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._is_closed = False
        for number in range(count):
            thread = threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            thread.start()

    def begin(
        self, action: Callable[[], None], place: int = 0, lanes: frozenset[str] = frozenset()
    ) -> "Future[None]":
        """Run `action` in a thread, before what has a later place; it can be cancelled till then.

        What it raises is raised by the future that is returned.
        """
        job = Job(place, lanes, action)
        with self._changed:
            self._waiting.append(job)
            self._waiting.sort(key=lambda job: job.place)
            self._changed.notify_all()
        return job.ended

    def settle(self) -> None:
        """Wait until all that was begun has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._running)

    def close(self) -> None:
        """Begin nothing more, and drop what has not begun."""
        with self._changed:
            self._is_closed = True
            for job in self._waiting:
                job.ended.cancel()
            self._waiting.clear()
            self._changed.notify_all()

    def is_idle(self, within: float) -> bool:
        """Whether all that runs ends `within` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, within)

    def _work(self) -> None:
        while job := self._take():
            try:
                if job.ended.set_running_or_notify_cancel():
                    job.action()
                    job.ended.set_result(None)
            except BaseException as error:  # pytest's own outcomes too: they are the caller's
                job.ended.set_exception(error)
            finally:
                with self._changed:
                    self._running.remove(job)
                    self._changed.notify_all()

    def _take(self) -> Job | None:
        """Return the next job whose lanes are free, None at the end."""
        with self._changed:
            while not self._is_closed:
                busy = {lane for job in self._running for lane in job.lanes}
                for job in self._waiting:
                    if not job.lanes & busy:
                        self._waiting.remove(job)
                        self._running.append(job)
                        return job
                    # nobody overtakes in a lane
                    busy |= job.lanes
                self._changed.wait()
        return None
