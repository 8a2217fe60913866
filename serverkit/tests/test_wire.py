"""The HTTP that the supervisor knows."""

import pytest

from serverkit.wire import answer, is_probe, lacks_body, probe


@pytest.mark.parametrize(
    "target", [b"/healthz", b"/readyz", b"/metrics", b"/healthz?a=b", b"http://x/healthz"]
)
@pytest.mark.parametrize("method", [b"GET", b"POST", b"PURGE"])
def test_probe(method: bytes, target: bytes) -> None:
    """Probes are known by their path, with any method and query, in absolute form too."""
    found = probe(b"%s %s HTTP/1.1\r\nHost: x\r\n\r\n" % (method, target))
    assert found is not None
    assert found.keep_alive
    assert not found.head_only
    assert not found.refused


@pytest.mark.parametrize(
    "line",
    [
        b"GET /healthz/more",
        b"GET /healthz?\r\n",
        b"GET /metricsx",
        b"GET /",
        b"GET /x/healthz",
        b"GET http://x/y/healthz",
    ],
)
def test_no_probe(line: bytes) -> None:
    """Other paths are the function's."""
    assert not is_probe(line + b" HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", False),
        (b"GET /healthz HTTP/1.0\r\n\r\n", False),
        (b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", True),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", False),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 00 \r\n\r\n", True),
    ],
)
def test_keep_alive(head: bytes, keep: bool) -> None:
    """A connection is kept where the client wants it and surely sends no body."""
    found = probe(head)
    assert found is not None
    assert (found.keep_alive, found.refused) == (keep, 0)


@pytest.mark.parametrize(
    "field",
    [
        b"Content-Length: +5",
        b"Content-Length: 0, 5",
        b"Content-Length : 5",
        b"A: b\nTransfer-Encoding: chunked",
        b"A: b\rTransfer-Encoding: chunked",
        b"A: b\r\n Transfer-Encoding: chunked",
        b"A: b\n\nGET / HTTP/1.1",
    ],
)
def test_malformed_probe(field: bytes) -> None:
    """A probe is read as strictly as other requests."""
    found = probe(b"GET /healthz HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n" % field)
    assert found is not None
    assert (found.keep_alive, found.refused) == (False, 400)


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
    assert body == "Service Unavailable\n"
    assert answer(413).endswith(b"\r\n\r\nContent Too Large\n")
    assert answer(200, b"OK", head_only=True).endswith(b"\r\n\r\n")
