"""Ending a worker for real: its process, and all the processes that its call has started."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple


class Process(NamedTuple):
    """What `/proc` says of a process."""

    pid: int
    parent: int
    session: int


def processes() -> Iterator[Process]:
    """Yield all processes that can be seen."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with (
                suppress(OSError, IndexError, ValueError),
                open(f"/proc/{name}/stat", "rb") as file,
            ):
                # The name, in parentheses, may hold anything; the fields follow its last `)`.
                fields = file.read().rpartition(b")")[2].split()
                yield Process(int(name), int(fields[1]), int(fields[3]))


def end_tree(root: int) -> None:
    """SIGKILL the worker `root`, its session and all of its descendants (TIMEOUT-11).

    They are stopped first, so that none can start another while the list is made.
    """
    found = {root}
    _signal(root, signal.SIGSTOP)
    while True:
        new = {
            process.pid
            for process in processes()
            if (process.parent in found or process.session == root) and process.pid not in found
        }
        if not new:
            break
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        found |= new
    for pid in found:
        _signal(pid, signal.SIGKILL)


def wait_for_end(pids: list[int], seconds: float) -> None:
    """Wait so long for the end of children."""
    end = time.monotonic() + seconds
    waiting = set(pids)
    while waiting and time.monotonic() < end:
        for pid in list(waiting):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            waiting.remove(pid)
        time.sleep(0.005)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
