"""Ending processes."""

import os
import subprocess
import sys
import time

from serverkit.deadline import end_tree, processes

PROGRAM = """
import subprocess, sys
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


def test_processes() -> None:
    """A process is listed with its parent and session."""
    found = {process.pid: process for process in processes()}
    assert found[os.getpid()].parent == os.getppid()
    assert found[os.getpid()].session == os.getsid(0)


def test_end_tree() -> None:
    """Children end as well, in sessions of their own too."""
    root = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, start_new_session=True
    )
    assert root.stdout is not None
    with root.stdout:
        child = int(root.stdout.readline())
    end_tree(root.pid)
    assert root.wait(5) == -9
    end = time.monotonic() + 5
    while any(process.pid == child and state(child) != "Z" for process in processes()):
        assert time.monotonic() < end
        time.sleep(0.01)


def state(pid: int) -> str:
    """Return the state of a process, `Z` where it has been reaped meanwhile."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_ended_already() -> None:
    """A process that has ended is nobody's problem."""
    process = subprocess.Popen(["true"])
    process.wait()
    end_tree(process.pid)
