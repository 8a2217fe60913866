"""Reading headers."""

import socket

import pytest

from serverkit.headers import check_framing, read_headers
from serverkit.stream import Reader


def read(data: bytes) -> dict[bytes, bytes]:
    """Return the headers that `data` holds."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        headers: dict[bytes, bytes] = {}
        read_headers(Reader(ours, data), headers)
        return headers


def test_repeated() -> None:
    """Repeated headers are joined, cookies as cookies are."""
    data = b"x-many: 1\r\nX-Many:2\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n"
    assert read(data) == {b"X-Many": b"1, 2", b"Cookie": b"a=1; b=2"}


@pytest.mark.parametrize(
    "line",
    [
        b"no header\r\n",
        b": value\r\n",
        b"Name : value\r\n",
        b" folded: value\r\n",
        b"Na(me: value\r\n",
        b"N\xffme: value\r\n",
        b"Name: value\n",
        b"Name: a\rb\r\n",
        b"Name: a\x00b\r\n",
        b"Content-Length: x\r\n",
        b"Content-Length: \x0b1\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"\n",
    ],
)
def test_malformed(line: bytes) -> None:
    """What is malformed is named."""
    with pytest.raises(ValueError, match="Bad Request"):
        read(line + b"\r\n")


def test_aliases() -> None:
    """A name with an underscore can't stand for the one with a hyphen."""
    assert read(b"Content_Length: 1\r\nX_Auth_User: root\r\nX-Own: 1\r\n\r\n") == {b"X-Own": b"1"}


@pytest.mark.parametrize(
    ("headers", "protocol"),
    [
        ({b"Transfer-Encoding": b"chunked", b"Content-Length": b"4"}, "HTTP/1.1"),
        ({b"Transfer-Encoding": b"chunked"}, "HTTP/1.0"),
        ({b"Transfer-Encoding": b"chunked, chunked"}, "HTTP/1.1"),
        ({b"Transfer-Encoding": b"gzip, chunked"}, "HTTP/1.1"),
        ({b"Transfer-Encoding": b"\x0bchunked"}, "HTTP/1.1"),
        ({b"Transfer-Encoding": b""}, "HTTP/1.1"),
    ],
)
def test_framing_in_doubt(headers: dict[bytes, bytes], protocol: str) -> None:
    """Where two servers may disagree on a body's end, there is none."""
    with pytest.raises(ValueError, match="Bad Request"):
        check_framing(headers, protocol)


@pytest.mark.parametrize(
    "headers",
    [{}, {b"Content-Length": b"4"}, {b"Transfer-Encoding": b"Chunked"}],
)
def test_framing(headers: dict[bytes, bytes]) -> None:
    """A length alone, or chunks alone, are in order."""
    check_framing(headers, "HTTP/1.1")
