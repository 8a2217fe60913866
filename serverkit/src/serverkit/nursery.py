"""The supervisor's end of the zygote: starts it, waits for the function to load, orders workers."""

import os
import select
import signal
import socket
import sys
from collections.abc import Callable

from serverkit.process import Signals
from serverkit.settings import Settings
from serverkit.slots import Slots


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

    def start(self, forget: Callable[[], None]) -> None:
        """Fork the zygote. Nothing of the function has run in this process."""
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
                if self.control.recv(64):
                    return None
                _, status = os.waitpid(self.pid, 0)
                code = os.waitstatus_to_exitcode(status)
                return 128 - code if code < 0 else code or 1

    def fork(self, index: int, worker_control: socket.socket) -> bool:
        """Order a worker for slot `index`; False where there is no zygote."""
        try:
            assert self.control is not None
            socket.send_fds(self.control, [str(index).encode("ascii")], [worker_control.fileno()])
        except OSError:
            return False
        return True
