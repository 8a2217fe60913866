"""The HTTP that the supervisor knows."""

import pytest

from serverkit.wire import answer, head_end, is_plausible, is_probe, lacks_body, probe


def test_head_end() -> None:
    """A head ends with an empty line."""
    assert head_end(b"GET / HTTP/1.1\r\n\r\nrest") == 18
    assert head_end(b"GET / HTTP/1.1\r\n") == -1


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"G", b"GET ", b"M-SEARCH * HTTP/1.1\r\n"])
def test_plausible(data: bytes) -> None:
    """What may become a request is waited for."""
    assert is_plausible(data)


@pytest.mark.parametrize("data", [b"\x16\x03\x01", b" GET /", b"G\x00T / "])
def test_implausible(data: bytes) -> None:
    """What can't become a request is not."""
    assert not is_plausible(data)


@pytest.mark.parametrize("path", [b"/healthz", b"/readyz", b"/metrics", b"/healthz?a=b"])
def test_probe(path: bytes) -> None:
    """Probes are known by their path, with any query."""
    found = probe(b"GET %s HTTP/1.1\r\n\r\n" % path)
    assert found is not None
    assert found.keep_alive
    assert not found.head_only


@pytest.mark.parametrize(
    "line",
    [
        b"GET /healthz/more",
        b"GET /healthz?\r\n",
        b"GET /metricsx",
        b"POST /healthz",
        b"GET /",
        b"GET /x/healthz",
    ],
)
def test_no_probe(line: bytes) -> None:
    """Other paths and methods are the function's."""
    assert not is_probe(line + b" HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", False),
        (b"GET /healthz HTTP/1.0\r\n\r\n", False),
        (b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: 00 \r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: +5\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nContent-Length: 0, 5\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nContent-Length : 5\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nA: b\r\n Transfer-Encoding: chunked\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nA: b\n\nGET / HTTP/1.1\r\n\r\n", False),
    ],
)
def test_keep_alive(head: bytes, keep: bool) -> None:
    """A connection is kept where the client wants it and surely sends no body."""
    found = probe(head)
    assert found is not None
    assert found.keep_alive is keep


@pytest.mark.parametrize(
    ("data", "lacking"),
    [
        (b"Content-Length: 4\r\n\r\n", True),
        (b"content-length:4 \r\n\r\nbod", True),
        (b"Content-Length: 4\r\n\r\nbody", False),
        (b"Content-Length: 32768\r\n\r\n", True),
        (b"Content-Length: 32769\r\n\r\n", False),
        (b"Content-Length: 1234567\r\n\r\n", False),
        (b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n", False),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", False),
        (b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n", False),
        (b"Content-Length: 4\r\nno header\r\n\r\n", False),
        (b"Content-Length: -4\r\n\r\n", False),
        (b"\r\n", False),
    ],
)
def test_lacks_body(data: bytes, lacking: bool) -> None:
    """Only a short body that is sure to come is waited for."""
    assert lacks_body(b"POST / HTTP/1.1\r\n" + data) is lacking


def test_answer() -> None:
    """An answer is short, allows other origins, and tells when to come back."""
    text = answer(503).decode()
    head, _, body = text.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 503 Service Unavailable\r\n")
    assert {"Retry-After: 1", "Connection: close", "Access-Control-Allow-Origin: *"} <= {
        *head.split("\r\n")
    }
    assert body == "Service Unavailable"
    assert answer(200, b"OK", head_only=True).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("length", [b"x", b"-1", b"", b"5, 5", b"0x5"])
def test_a_length_that_is_no_number(length: bytes) -> None:
    """A probe that announces a body of no length is no request."""
    found = probe(b"GET /healthz HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % length)
    assert found
    assert found.is_broken
    assert not found.keep_alive


def test_a_length_that_is_one() -> None:
    """Spaces around it don't count."""
    found = probe(b"GET /healthz HTTP/1.1\r\nContent-Length:  5 \r\n\r\n")
    assert found
    assert not found.is_broken
