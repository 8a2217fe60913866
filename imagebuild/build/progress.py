"""What a user sees while images are built: lines, or on a terminal a table that moves."""

import threading
import time
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.table import Table


class Progress(Protocol):
    """Told of each step; called from several threads."""

    def started(self, name: str, reason: str) -> None:
        """A step begins, for this reason."""

    def line(self, name: str, text: str) -> None:
        """A step has written a line to its log."""

    def ended(self, name: str, outcome: str) -> None:
        """A step is over; `outcome` is for the user."""

    def close(self) -> None:
        """Nothing else will come."""


class PlainProgress:
    """Progress as plain lines, for logs and pipes: the beginning and the end of each step."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def started(self, name: str, reason: str) -> None:
        """Write that the step begins."""
        self._write(f"{name}: building ({reason})")

    def line(self, name: str, text: str) -> None:
        """Write nothing: the log has it."""

    def ended(self, name: str, outcome: str) -> None:
        """Write how the step ended."""
        self._write(f"{name}: {outcome}")

    def close(self) -> None:
        """Do nothing."""

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


class TerminalProgress:
    """Progress on a terminal: a row for each running step with its time and its last line."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._lock = threading.Lock()
        self._rows: dict[str, tuple[float, str]] = {}
        console = Console(file=stream)
        self._live: Live = Live(console=console, get_renderable=self._table, transient=True)
        self._live.start()

    def started(self, name: str, reason: str) -> None:
        """Add a row."""
        with self._lock:
            self._rows[name] = (time.monotonic(), reason)

    def line(self, name: str, text: str) -> None:
        """Show the line in the step's row."""
        with self._lock:
            self._rows[name] = (self._rows[name][0], text.strip())

    def ended(self, name: str, outcome: str) -> None:
        """Remove the row and leave a line above."""
        with self._lock:
            self._rows.pop(name, None)
        self._live.console.print(f"{name}: {outcome}", highlight=False, markup=False)

    def close(self) -> None:
        """Remove the table."""
        self._live.stop()

    def _table(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 1))
        with self._lock:
            for name, (begin, text) in self._rows.items():
                seconds = f"{time.monotonic() - begin:.0f} s"
                last = Text(text, style="dim", no_wrap=True, overflow="ellipsis")
                table.add_row(Text(name, style="bold"), seconds, last)
        return table


def choose(stream: TextIO) -> Progress:
    """Return the progress that suits `stream`."""
    return TerminalProgress(stream) if stream.isatty() else PlainProgress(stream)
