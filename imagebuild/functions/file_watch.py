"""Edits of a function's files: `run` waits for them, and none is lost."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

LONGEST_WAIT_MILLISECONDS = 1000
"""An edit made while nothing was watched is seen after this time."""


def changes(files: Sequence[Path]) -> Iterator[set[Path]]:
    """Yield nothing at once, then those of `files` that were edited, as soon as some were.

    What is edited while the caller does its work is yielded after it, the first time too.
    """
    from watchfiles import watch

    known = _stamps(files)
    yield set()
    names = {str(path.absolute()) for path in files}
    # The folders, not the files: editors replace a file by a new one.
    for _ in watch(
        *{path.absolute().parent for path in files},
        recursive=False,
        watch_filter=lambda _, name: name in names,
        rust_timeout=LONGEST_WAIT_MILLISECONDS,
        yield_on_timeout=True,
    ):
        found = {**known, **_stamps(files)}
        edited = {path for path in files if found.get(path) != known.get(path)}
        known = found
        if edited:
            yield edited


def _stamps(files: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    """Return what tells one state of a file from the next, of those that are there."""
    result = {}
    for path in files:
        with suppress(FileNotFoundError):
            status = path.stat()
            result[path] = (status.st_ino, status.st_mtime_ns)
    return result
