"""The supervisor's end of the zygote: starts it, waits for the function to load, orders workers."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from serverkit.deadline import end_tree
from serverkit.process import Signals, be_first_to_end
from serverkit.settings import Settings
from serverkit.slots import Slots

# LIMITS-7: seconds between a zygote that has failed and the next; they double. The one after a
# zygote that had lived for longer than the longest pause follows at once.
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0


def most_active(settings: Settings) -> int:
    """Return how many workers execute calls at the same time, at most."""
    return min(settings.workers, settings.concurrency)


class Nursery:
    """Where workers come from. `forget` closes, in a child, what is the supervisor's only."""

    def __init__(self, settings: Settings, slots: Slots, signals: Signals) -> None:
        self.settings = settings
        self.slots = slots
        self.signals = signals
        self.pid = 0
        self.control: socket.socket | None = None
        self.loaded = False
        self.pause = 0.0  # seconds before the next zygote, should this one end early
        self.started = self.restart_at = 0.0

    def start(self, forget: Callable[[], None]) -> None:
        """Fork the zygote. Nothing of the function has run in this process."""
        self.started = time.monotonic()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            self.control = ours
            return
        code = 1
        try:
            ours.close()
            self.signals.reset()
            be_first_to_end()  # FAILURE-9
            forget()
            from serverkit.zygote import run_zygote  # what the supervisor has no use for

            code = run_zygote(self.settings, self.slots, theirs)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def wait_until_loaded(self) -> int | None:
        """Return None once the function is loaded, else the exit code of this process."""
        assert self.control is not None
        while True:
            sources: list[socket.socket | Signals] = [self.control, self.signals]
            ready, _, _ = select.select(sources, [], [])
            if self.signals in ready and self.signals.read() & {signal.SIGTERM, signal.SIGINT}:
                os.kill(self.pid, signal.SIGKILL)
                return 0
            if self.control in ready:
                if self.has_loaded():
                    return None
                os.waitpid(self.pid, 0)
                return 1  # LOAD-14: whatever the module has ended itself with

    def has_loaded(self) -> bool:
        """Whether there is a zygote that has loaded the function."""
        if not self.loaded and self.control is not None:
            with suppress(OSError):
                self.loaded = bool(self.control.recv(64, socket.MSG_DONTWAIT))
        return self.loaded

    def ended(self) -> None:
        """Note that the zygote has ended: `revive` starts the next, later from time to time."""
        now = time.monotonic()
        if now - self.started > LONGEST_PAUSE:
            self.pause = 0.0
        self.pid, self.control, self.loaded = 0, None, False
        self.restart_at = now + self.pause
        self.pause = min(max(2 * self.pause, FIRST_PAUSE), LONGEST_PAUSE)

    def revive(self, forget: Callable[[], None]) -> None:
        """Start a zygote where there is none and the pause is over."""
        if not self.pid and time.monotonic() >= self.restart_at:
            try:
                self.start(forget)
            except OSError:  # no process or no descriptor is left
                self.ended()

    def end(self) -> None:
        """End a zygote that doesn't do what it is told to."""
        if self.pid:
            end_tree(self.pid)

    def fork(self, index: int, worker_control: socket.socket) -> bool:
        """Order a worker for slot `index`; False where there is no zygote that could do it."""
        if not self.has_loaded():
            return False
        assert self.control is not None
        try:
            socket.send_fds(self.control, [str(index).encode("ascii")], [worker_control.fileno()])
        except OSError:
            return False
        return True
