"""What the app tells of a call while it goes on; the worker's version keeps slot and metrics."""

from typing import Protocol


class CallWatch(Protocol):
    """Told by the app when a call starts and when all of its answer is known."""

    def begin(self) -> None:
        """A call starts: from here its deadline runs."""

    def returned(self) -> None:
        """The handler has returned all of its answer: no deadline any more."""


class NoWatch:
    """Watches nothing: for an app that runs under another server, or in a test."""

    def begin(self) -> None:
        """Ignore the start of a call."""

    def returned(self) -> None:
        """Ignore the end of a call."""
