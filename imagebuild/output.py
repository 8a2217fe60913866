"""What the user sees: results on standard output, progress and warnings on standard error."""

from typing import TextIO


class Output:
    """Writes to two streams; the command line makes the only one and passes it down."""

    def __init__(self, results: TextIO, progress: TextIO) -> None:
        self._results = results
        self.progress_stream = progress

    def result(self, text: str) -> None:
        """Write a line of what the command was asked for."""
        self.follow(f"{text}\n")

    def follow(self, text: str) -> None:
        """Write a piece of what a function writes, as it is."""
        self._results.write(text)
        self._results.flush()

    def progress(self, text: str) -> None:
        """Write a line about what is being done."""
        self.progress_piece(f"{text}\n")

    def progress_piece(self, text: str) -> None:
        """Write a piece of what another program says of its progress, as it is."""
        self.progress_stream.write(text)
        self.progress_stream.flush()

    def warn(self, text: str) -> None:
        """Write a warning."""
        self.progress(f"warning: {text}")
