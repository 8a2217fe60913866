"""Reading the headers of a request, and the one header that every answer gets from us."""

import functools
import re

from serverkit import wire
from serverkit.stream import Reader

_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\x00]*)\r\n")
_CONNECTION = {b"close": b"close", b"keep-alive": b"Keep-Alive"}


def read_headers(reader: Reader, headers: dict[bytes, bytes]) -> None:
    """Fill `headers`; repeated ones are joined, all of them (REQUEST-17).

    Raises ValueError for what is malformed.
    """
    while (line := reader.readline()) != b"\r\n":
        match = _LINE.fullmatch(line)
        if not match:
            raise ValueError("Bad Request: malformed header")
        if b"_" in match[1]:
            continue  # in WSGI, its name would be that of another header
        name, value = header_name(match[1]), match[2].strip(b" \t")
        if name == b"Content-Length" and not value.isdigit():
            raise ValueError("Bad Request: malformed length")
        if name == b"Connection":
            value = _CONNECTION.get(value.lower(), value)
        elif name == b"Expect":
            value = value.upper()  # so cheroot doesn't answer it before the size is known
        if name in headers:
            if name in (b"Content-Length", b"Host") and headers[name] != value:
                raise ValueError("Bad Request: contradictory headers")
            value = headers[name] + (b"; " if name == b"Cookie" else b", ") + value
        headers[name] = value


def check_framing(headers: dict[bytes, bytes], protocol: str) -> None:
    """Raise ValueError where it is in doubt which bytes are the body."""
    coding = headers.get(b"Transfer-Encoding")
    if coding is None:
        return
    if coding.lower() != b"chunked" or b"Content-Length" in headers or protocol != "HTTP/1.1":
        raise ValueError("Bad Request: the body's end is in doubt")


@functools.lru_cache(maxsize=256)
def header_name(name: bytes) -> bytes:
    """Return the name in the case that cheroot uses."""
    return name.title()


@functools.lru_cache(maxsize=1)
def http_date(second: int) -> bytes:
    """Return the `Date` header of a second."""
    return wire.http_date(second).encode("ascii")
