"""Reading the headers of a request, and the one header that every answer gets from us."""

import functools

from serverkit import wire
from serverkit.stream import Reader

_CONNECTION = {b"close": b"close", b"keep-alive": b"Keep-Alive"}


class Headers:
    """Reads the headers; repeated ones are joined, all of them (REQUEST-17)."""

    def __call__(self, reader: Reader, headers: dict[bytes, bytes]) -> None:
        """Fill `headers`; raises ValueError, which is answered 400."""
        while (line := reader.readline()) not in (b"\r\n", b"\n"):
            name, colon, value = line.partition(b":")
            if not colon or not name or name[-1:].isspace() or name[:1].isspace():
                raise ValueError("Bad Request: malformed header")
            name, value = header_name(name), value.strip()
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


@functools.lru_cache(maxsize=256)
def header_name(name: bytes) -> bytes:
    """Return the name in the case that cheroot uses."""
    return name.title()


@functools.lru_cache(maxsize=1)
def http_date(second: int) -> bytes:
    """Return the `Date` header of a second."""
    return wire.http_date(second).encode("ascii")
