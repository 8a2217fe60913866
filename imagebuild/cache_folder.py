"""The folder of this user for what is kept between runs, and locks in it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def folder() -> Path:
    """Return the folder, which need not be there yet."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "function-runtimes"


@contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold the lock file `path`: only one process of this machine, and one thread, does so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
