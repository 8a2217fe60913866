"""HTTP on one connection."""

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serverkit.head import can_begin, head_end, without_empty_lines
from serverkit.server import Connection, Outcome, Request, Server, entry_of, respond
from serverkit.slots import Slots
from serverkit.stream import Reader, Writer

App = Callable[..., Iterable[bytes]]
TABLE = Path(__file__).parents[2] / "tests" / "contract" / "http_cases.json"
CASES = json.loads(TABLE.read_text(encoding="ascii"))
REFUSED = [case for case in CASES if "status" in case]
ACCEPTED = [case for case in CASES if "accepted" in case]
FOLLOWING = b"GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\n"


def exchange(app: App, data: bytes, limit: int = 100) -> tuple[Outcome | None, bytes, Request]:
    """Send bytes to an application; return outcome, answer and the request."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        slot = Slots(1, 8).slots[0]
        connection = Connection(Reader(theirs, data), Writer(theirs, slot), ("10.0.0.1", 1234))
        request = Request(Server(app, 8080, limit), connection)
        request.parse_request()
        outcome = respond(request) if request.ready else None
        theirs.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := ours.recv(65536):
            answer += piece
        return outcome, answer, request


def echo(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Answer with the body and one header of the request."""
    body = environ["wsgi.input"].read()
    start(
        "200 OK", [("Content-Length", str(len(body))), ("X-Many", environ.get("HTTP_X_MANY", ""))]
    )
    return [body]


def pieces(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
    """Stream an answer."""
    start("200 OK", [])
    yield b"one"
    yield b"two"


def test_known_length() -> None:
    """A body is read, the connection kept, what follows left alone."""
    data = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /"
    outcome, answer, request = exchange(echo, data)
    assert outcome == Outcome(200, 4, keep=True)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nbody")
    assert request.conn.rfile.leftover() == b"GET /"


def test_chunked_body() -> None:
    """A chunked body is read whole."""
    data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
    assert exchange(echo, data)[1].endswith(b"\r\n\r\nbody")


def test_stream() -> None:
    """An answer of unknown length is chunked, or ended with the connection in HTTP/1.0."""
    outcome, answer, _ = exchange(pieces, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert outcome == Outcome(200, 6, keep=True)
    assert answer.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
    outcome, answer, _ = exchange(pieces, b"GET / HTTP/1.0\r\n\r\n")
    assert outcome == Outcome(200, 6, keep=False)
    assert answer.endswith(b"\r\n\r\nonetwo")


def test_repeated_headers() -> None:
    """Repeated headers are joined."""
    data = b"GET / HTTP/1.1\r\nHost: x\r\nX-Many: 1\r\nx-many: 2\r\n\r\n"
    assert b"X-Many: 1, 2\r\n" in exchange(echo, data)[1]


@pytest.mark.parametrize("value", [b"close", b"Close"])
def test_close(value: bytes) -> None:
    """A client that wants to close is obeyed."""
    outcome, answer, _ = exchange(
        echo, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: %s\r\n\r\n" % value
    )
    assert outcome == Outcome(200, 0, keep=False)
    assert b"Connection: close" in answer


def test_refusal() -> None:
    """A refusal says so, closes the connection, and has no body for HEAD."""
    _, answer, request = exchange(echo, b"GET / HTTP/1.1\r\nno header\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close" in answer
    assert answer.endswith(b"\r\n\r\nBad Request\n")
    assert (request.close_connection, request.size) == (True, 12)
    _, answer, request = exchange(echo, b"HEAD / HTTP/1.1\r\nno header\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert request.size == 0


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"//[", "//[", ""),
        (b"//a/b?c=//d", "//a/b", "c=//d"),
        (b"/a:b?c?d", "/a:b", "c?d"),
        (b"/%61%2fb", "/a%2Fb", ""),
    ],
)
def test_paths(target: bytes, path: str, query: str) -> None:
    """No path is taken for a host, and none is refused."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        seen.update(environ)
        return echo(environ, start)

    outcome, _, _ = exchange(app, b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % target)
    assert outcome == Outcome(200, 0, keep=True)
    assert (seen["PATH_INFO"], seen["QUERY_STRING"]) == (path, query)
    assert seen["REQUEST_URI"] == target.decode()


def test_refusal_of_who_has_left() -> None:
    """A client that is gone before its refusal is no reason to end."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        writer = Writer(theirs, Slots(1, 8).slots[0])
        connection = Connection(Reader(theirs, b"GET\r\n\r\n"), writer, ("10.0.0.1", 1))
        request = Request(Server(echo, 8080, 100), connection)
        request.parse_request()
        assert (request.ready, request.refused) == (False, 400)


def test_too_large() -> None:
    """A body over the limit is refused."""
    outcome, answer, _ = exchange(
        echo, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n"
    )
    assert outcome is not None
    assert (outcome.status, outcome.keep) == (413, False)
    assert answer.startswith(b"HTTP/1.1 413 ")


def wrong_length(length: int) -> App:
    """Return an application that promises other than it sends."""

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", str(length))])
        return [b"body"]

    return app


def test_wrong_length(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer that is longer than promised is a 500, a shorter one breaks off."""
    outcome, answer, _ = exchange(wrong_length(2), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert outcome is not None
    assert outcome.failed
    outcome, _, _ = exchange(wrong_length(9), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert outcome is not None
    assert outcome.broken


UPSTREAM = [
    ("Transfer-Encoding", "chunked"),
    ("Connection", "keep-alive"),
    ("Keep-Alive", "timeout=5"),
    ("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
]


@pytest.mark.parametrize(("length", "framing"), [("4", b"Content-Length: 4"), (None, b"chunked")])
def test_headers_of_an_upstream(length: str | None, framing: bytes) -> None:
    """What a function hands on of another connection doesn't break the framing of this one."""

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", UPSTREAM + ([("Content-Length", length)] if length else []))
        return [b"body"]

    outcome, answer, _ = exchange(app, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert outcome == Outcome(200, 4, keep=True)
    assert framing in head
    assert (b"chunked" in head) == (length is None)
    assert head.count(b"Date: ") == 1
    assert b"Keep-Alive" not in head
    assert body == (b"body" if length else b"4\r\nbody\r\n0\r\n\r\n")


def test_connection_that_a_function_closes() -> None:
    """A function may ask for the end of its connection."""

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Connection", "close"), ("Content-Length", "0")])
        return [b""]

    outcome, answer, _ = exchange(app, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert outcome == Outcome(200, 0, keep=False)
    assert answer.count(b"Connection: close") == 1


def test_failing_application(capsys: pytest.CaptureFixture[str]) -> None:
    """An application that fails before it answers is a 500."""

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        raise ValueError("expected failure")

    _, answer, _ = exchange(app, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert "expected failure" in capsys.readouterr().err


def test_client_that_leaves() -> None:
    """A client that ends in the middle of its body is no failure of the function."""
    ours, theirs = socket.socketpair()
    with theirs:
        data = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nbody"
        ours.close()
        writer = Writer(theirs, Slots(1, 8).slots[0])
        connection = Connection(Reader(theirs, data), writer, ("10.0.0.1", 1))
        request = Request(Server(echo, 8080, 100), connection)
        request.parse_request()
        assert respond(request) == Outcome(499, 0, keep=False, broken=True)


def test_entry() -> None:
    """The log gets what it needs."""
    data = b"GET /a?b HTTP/1.1\r\nHost: x\r\nReferer: r\r\nUser-Agent: u\r\n"
    data += b"Traceparent: 00-%s-b7ad6b7169203331-01\r\n\r\n"
    trace = "0af7651916cd43dd8448eb211c80319c"
    entry = entry_of(exchange(echo, data % trace.encode())[2])
    assert entry.remote_address == "10.0.0.1"
    assert (entry.method, entry.target, entry.protocol) == ("GET", "/a?b", "HTTP/1.1")
    assert (entry.referer, entry.user_agent, entry.trace_id) == ("r", "u", trace)


def try_case(case: dict[str, Any]) -> tuple[int, Request | None]:
    """Return the status that a case of the shared table is answered with, and the request."""
    data = without_empty_lines(case["request"].encode("latin-1"))
    if not can_begin(data):
        return 400, None
    assert head_end(data + FOLLOWING) > 0
    _, answer, request = exchange(echo, data + FOLLOWING, limit=2**19)
    return int(answer.rpartition(b"HTTP/1.1 ")[2][:3]), request


@pytest.mark.parametrize("case", REFUSED, ids=[case["name"] for case in REFUSED])
def test_refused(case: dict[str, Any]) -> None:
    """A hostile request has the status of the table, and its connection is closed."""
    status, request = try_case(case)
    assert status == case["status"]
    assert request is None or request.close_connection


@pytest.mark.parametrize("case", ACCEPTED, ids=[case["name"] for case in ACCEPTED])
def test_accepted(case: dict[str, Any]) -> None:
    """An odd request is understood, and what follows it is left."""
    status, request = try_case(case)
    assert request is not None
    assert (status, request.conn.rfile.leftover()) == (200, FOLLOWING)
    head, wanted = request.head, case["accepted"]
    seen = {"method": head.method, "path": head.path, "query": head.query}
    seen["body"] = request.rfile.getvalue()
    for name in wanted.keys() & seen.keys():
        assert seen[name].decode("latin-1") == wanted[name]
    for name, value in wanted.get("headers", {}).items():
        assert head.headers[name.encode()].decode("latin-1") == value
