"""Reading heads."""

import time

import pytest

from serverkit.errors import RequestError
from serverkit.head import HEAD_LIMIT, Head, can_begin, head_end, without_empty_lines

GET = b"GET /a?b HTTP/1.1\r\nHost: x\r\n%s\r\n"


def status(data: bytes) -> int:
    """Return the status of a head that is refused, 0 for one that isn't."""
    try:
        Head(data)
    except RequestError as error:
        return error.status
    return 0


def test_head() -> None:
    """What a head says is there, its names in lower case, its values without blanks around."""
    head = Head(GET % b"X-One: \t a b \r\nx-two:\r\n")
    assert (head.method, head.target, head.protocol) == (b"GET", b"/a?b", b"HTTP/1.1")
    assert (head.path, head.query) == (b"/a", b"b")
    assert head.headers == {b"host": b"x", b"x-one": b"a b", b"x-two": b""}
    assert (head.length, head.chunked, head.close, head.expects) == (0, False, False, False)


def test_repeated() -> None:
    """Repeated fields are joined, cookies as cookies are."""
    head = Head(GET % b"x-many: 1\r\nX-Many:2\r\nCookie: a=1\r\ncookie: b=2\r\n")
    assert (head.headers[b"x-many"], head.headers[b"cookie"]) == (b"1, 2", b"a=1; b=2")


def test_aliases() -> None:
    """A name with an underscore can't stand for the one with a hyphen."""
    assert Head(GET % b"Content_Length: 1\r\nX_User: root\r\n").headers == {b"host": b"x"}


@pytest.mark.parametrize(
    ("protocol", "connection", "close"),
    [
        (b"1.1", b"", False),
        (b"1.1", b"Connection: Close\r\n", True),
        (b"1.1", b"Connection: upgrade, close\r\n", True),
        (b"1.1", b"Connection: Upgrade\r\n", False),
        (b"1.9", b"", False),
        (b"1.0", b"", True),
        (b"1.0", b"Connection: Keep-Alive\r\n", False),
        (b"1.0", b"Connection: keep-alive, close\r\n", True),
    ],
)
def test_close(protocol: bytes, connection: bytes, close: bool) -> None:
    """Who wants to close is obeyed; in HTTP/1.0 that is the rule."""
    assert Head(b"GET / HTTP/%s\r\nHost: x\r\n%s\r\n" % (protocol, connection)).close is close


@pytest.mark.parametrize(
    ("fields", "length", "chunked", "expects"),
    [
        (b"Content-Length: 4\r\n", 4, False, False),
        (b"Content-Length: 4\r\nExpect: 100-Continue\r\n", 4, False, True),
        (b"Transfer-Encoding: Chunked\r\n", 0, True, False),
        (b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", 0, True, True),
    ],
)
def test_body(fields: bytes, length: int, chunked: bool, expects: bool) -> None:
    """A head tells how its body comes."""
    head = Head(GET % fields)
    assert (head.length, head.chunked, head.expects) == (length, chunked, expects)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET  / HTTP/2.0", 400),
        (b"G(T / HTTP/2.0", 400),
        (b"CONNECT * HTTP/2.0", 505),
        (b"CONNECT x:1 HTTP/1.1", 501),
        (b"PRI * HTTP/2.0", 505),
        (b"GET * HTTP/1.1", 400),
    ],
)
def test_order_of_checks(line: bytes, expected: int) -> None:
    """The first fault of a request line decides, before those of the fields."""
    assert status(line + b"\r\nno colon\r\n\r\n") == expected


@pytest.mark.parametrize("kind", [b" ", b"a: " + b" " * 60_000 + b"x\r\n", b"a:b\r\n" * 13_000])
def test_time(kind: bytes) -> None:
    """No head takes long to read, nor to refuse."""
    begin = time.perf_counter()
    status(GET % kind)
    assert time.perf_counter() - begin < 1


def test_head_end() -> None:
    """A head ends with an empty line."""
    assert head_end(b"GET / HTTP/1.1\r\n\r\nrest") == 18
    assert head_end(b"GET / HTTP/1.1\r\n") == -1
    assert head_end(b"GET / HTTP/1.1\n\nrest") == 16
    assert HEAD_LIMIT == 65_536


@pytest.mark.parametrize(
    ("data", "rest"), [(b"\r\n\r\nG", b"G"), (b"\r\n\r", b"\r"), (b"\nG", b"\nG"), (b"", b"")]
)
def test_empty_lines(data: bytes, rest: bytes) -> None:
    """Empty lines before a request are left out, whole ones."""
    assert without_empty_lines(data) == rest


@pytest.mark.parametrize("data", [b"", b"\r", b"G", b"GET ", b"GET \x00", b"M-SEARCH * HTTP/1.1"])
def test_beginning(data: bytes) -> None:
    """What may become a request is waited for."""
    assert can_begin(data)


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01", b" GET /", b"G\x00T / ", b"\n", b"GET\n", b"\rG"]
)
def test_no_beginning(data: bytes) -> None:
    """What can't become a request is not."""
    assert not can_begin(data)
