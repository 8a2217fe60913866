"""Reading the body of a request whole, in either of its two codings, within the limit."""

import re
from io import BytesIO
from typing import Protocol

from serverkit.errors import RequestError
from serverkit.wire import HEAD_LIMIT

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes."""

    def readline(self, size: int = ...) -> bytes:
        """Return a line."""


def read_known(source: Source, length: int, limit: int) -> bytes:
    """Return a body of `length` bytes; raises RequestError 413 if that is over `limit`."""
    if length > limit:
        raise RequestError(413, "Payload Too Large")
    return source.read(length) if length else b""


def read_chunked(source: Source, limit: int) -> bytes:
    """Return a chunked body and read its trailers too (REQUEST-15).

    Raises RequestError: 413 as soon as it passes `limit`, 400 where it is malformed.
    """
    body = BytesIO()
    while size := _chunk_size(source.readline(1024)):
        if body.tell() + size > limit:
            raise RequestError(413, "Payload Too Large")
        body.write(source.read(size))
        if source.read(2) != b"\r\n":
            raise RequestError(400, "Bad Request: malformed chunk")
    _skip_trailers(source)
    return body.getvalue()


def _chunk_size(line: bytes) -> int:
    """Return the size that the first line of a chunk gives."""
    match = _CHUNK_SIZE.fullmatch(line)
    if not match:
        raise RequestError(400, "Bad Request: malformed chunk")
    return int(match[1], 16)


def _skip_trailers(source: Source) -> None:
    """Read the trailers, which nobody asked for, up to the size of a head."""
    room = HEAD_LIMIT
    while (line := source.readline(room)) != b"\r\n":
        room -= len(line)
        if not line.endswith(b"\r\n") or not room:
            raise RequestError(400, "Bad Request: malformed trailers")
