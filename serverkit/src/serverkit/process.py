"""What process 1 asks of the kernel: signals as events, orphans, descriptors."""

import os
import resource
import signal
import socket
from contextlib import suppress

_PR_SET_CHILD_SUBREAPER = 36


class Signals:
    """Signals as something to select on."""

    def __init__(self, numbers: tuple[signal.Signals, ...]) -> None:
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        self.numbers = numbers
        for number in numbers:
            signal.signal(number, lambda *_: None)

    def fileno(self) -> int:
        """Return the descriptor that is readable when a signal has arrived."""
        return self._receiver.fileno()

    def read(self) -> set[int]:
        """Return the signals that have arrived."""
        try:
            return set(self._receiver.recv(4096))
        except BlockingIOError:
            return set()

    def reset(self) -> None:
        """Give the signals their usual meaning back, in a child."""
        signal.set_wakeup_fd(-1)
        for number in self.numbers:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._receiver.close()
        self._sender.close()


def become_subreaper() -> None:
    """Have orphans become children of this process even where it isn't process 1."""
    if os.getpid() != 1:
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def raise_descriptor_limit() -> None:
    """Allow as many open connections as the kernel lets us."""
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def be_first_to_end() -> None:
    """Have the kernel end this process and its children, and not process 1, for want of memory."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
