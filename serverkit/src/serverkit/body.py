"""Reading the body of a request whole, in either of its two codings, within the limit."""

from io import BytesIO
from typing import Protocol

from serverkit.errors import RequestError


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
    while source.readline().strip():
        pass  # trailers, which nobody asked for
    return body.getvalue()


def _chunk_size(line: bytes) -> int:
    """Return the size that the first line of a chunk gives."""
    digits = line.partition(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF") or not line.endswith(b"\n"):
        raise RequestError(400, "Bad Request: malformed chunk")
    return int(digits, 16)
