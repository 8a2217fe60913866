"""Reading the body of a request whole, in either of its two codings, within the limit."""

import re
from io import BytesIO
from typing import Protocol

from serverkit.errors import RequestError
from serverkit.head import FIELDS, HEAD_LIMIT

# HTTP-7, HTTP-22: up to 15 digits, then nothing or an extension without control characters.
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t -~\x80-\xff]*)?\r\n")
_TRAILERS = re.compile(FIELDS)


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes."""

    def readline(self, size: int = ...) -> bytes:
        """Return a line."""


def read_known(source: Source, length: int, limit: int) -> bytes:
    """Return a body of `length` bytes; raises RequestError 413 if that is over `limit`."""
    if length > limit:
        raise RequestError(413)
    return source.read(length) if length else b""


def read_chunked(source: Source, limit: int) -> bytes:
    """Return a chunked body and read its trailers too (REQUEST-15).

    Raises RequestError: 413 as soon as it passes `limit`, 400 where it is malformed.
    """
    body = BytesIO()
    while size := _chunk_size(source.readline(1024)):
        if body.tell() + size > limit:
            raise RequestError(413)
        body.write(source.read(size))
        if source.read(2) != b"\r\n":
            raise RequestError(400)
    _drop_trailers(source)
    return body.getvalue()


def _chunk_size(line: bytes) -> int:
    """Return the size that the first line of a chunk gives."""
    match = _CHUNK_SIZE.fullmatch(line)
    if not match:
        raise RequestError(400)
    return int(match[1], 16)


def _drop_trailers(source: Source) -> None:
    """Read the trailers, which nobody asked for, up to the size of a head."""
    lines, size = [], 0
    while size <= HEAD_LIMIT:
        lines.append(source.readline(HEAD_LIMIT))
        size += len(lines[-1])
        if lines[-1] in (b"\r\n", b"\n", b""):
            break
    if not _TRAILERS.fullmatch(b"".join(lines)):
        raise RequestError(400)
