"""One suite at a time: two that share a machine spoil each other's measurements of time."""

import fcntl
import os
import sys
from typing import IO

from imagebuild import cache_folder

HELD = "FUNCTION_RUNTIMES_SUITE"
"""Set where this process or one that started it holds the lock."""


def acquire() -> IO[str] | None:
    """Wait until no other suite runs as this user; return the lock, released when it is closed.

    A suite that a test of a suite starts runs within it, and gets None.
    """
    if os.environ.get(HELD):
        return None
    path = cache_folder.folder() / "suite.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write("waiting for another suite on this machine to end\n")
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.environ[HELD] = str(os.getpid())
    return lock
