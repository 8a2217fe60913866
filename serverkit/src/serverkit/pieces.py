"""Streamed answers: what a generator yields, as bytes, and what happens when it breaks."""

import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any


class StreamBrokenError(Exception):
    """A streamed answer failed after its first piece; its traceback has been written."""


class Pieces:
    """The pieces of a streamed answer; an error after the first breaks it off."""

    def __init__(self, first: bytes, rest: Iterator[bytes], end: Callable[[], Any] | None) -> None:
        self.first: bytes | None = first
        self.rest = rest
        self.end = end

    def __iter__(self) -> "Pieces":
        return self

    def __next__(self) -> bytes:
        if self.first is not None:
            first, self.first = self.first, None
            return first
        try:
            return next(self.rest)
        except (StopIteration, SystemExit):
            raise
        except BaseException as error:
            write_traceback(error)
            raise StreamBrokenError from error

    def close(self) -> None:
        """Close the handler's generator."""
        if self.end is not None:
            self.end()


def encoded(iterator: Iterator[Any]) -> Iterator[bytes]:
    """Yield the pieces as bytes, without the empty ones; text becomes UTF-8."""
    for piece in iterator:
        if isinstance(piece, str):
            piece = piece.encode("utf-8")
        elif not isinstance(piece, bytes | bytearray | memoryview):
            raise TypeError(
                f"a streamed answer yields `str` or `bytes`, not `{type(piece).__name__}`"
            )
        if piece:
            yield bytes(piece)


def close(body: object) -> None:
    """Close a body that can be closed."""
    end = getattr(body, "close", None)
    if end is not None:
        end()


def write_traceback(error: BaseException) -> None:
    """Write the whole trace to stderr, in one piece (RESPONSE-12)."""
    sys.stderr.write("".join(traceback.format_exception(error)))
    sys.stderr.flush()
