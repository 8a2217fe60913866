"""Chapter HTTP of SPEC.md: the cases of http_cases.json, and connections that are slow or odd."""

import time

import pytest

from tests.support import http_cases
from tests.support.answers import is_of_the_runtime
from tests.support.http_cases import ACCEPTED, REFUSED
from tests.support.orders import COUNTER, ECHO, HELLO, SLEEP
from tests.support.server import Server
from tests.support.web import message

JSON_LOG = {"FUNC_LOG_FORMAT": "json", "FUNC_WORKERS": "4", "REQ_MB_LIMIT": "0.5"}
INSPECT = pytest.mark.function("inspect", shared=True, **JSON_LOG)
TEXT = {"Content-Type": "text/plain"}
PARTS = {  # of requests, which end there
    "request line": b"POST / HTT",
    "head": b"POST / HTTP/1.1\r\nHost: x\r\n",
    "body": message("POST", "/", {"Content-Length": "4"}, b"bod"),
    "chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbod",
    "last chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
    "trailers": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n",
}


def each(cases: list[http_cases.Case]) -> list[object]:
    """Return the clauses of `cases` as parameters that cite themselves."""
    names = http_cases.clauses(cases)
    return [pytest.param(name, marks=pytest.mark.clause(name), id=name) for name in names]


@pytest.mark.clause("HTTP-1", "HTTP-2", "HTTP-32", "RESPONSE-15")
@pytest.mark.parametrize("clause", each(REFUSED))
@INSPECT
def test_refused(server: Server, clause: str) -> None:
    """A hostile request gets one answer and one log line, ends its connection, and is no call."""
    cases = http_cases.of(clause, REFUSED)
    calls, log = http_cases.counted(server), http_cases.Log(server)
    found = http_cases.send(server, cases)
    assert http_cases.wrong_statuses(cases, found) == {}
    for name, (answer,) in found.items():
        assert answer.headers.get("connection", "").lower() == "close", name
        assert is_of_the_runtime(answer.status, answer.headers["content-type"], answer.body), name
    http_cases.check_log(cases, log.lines(len(cases)))
    assert http_cases.counted(server) == calls
    assert len(log.lines(len(cases))) == len(cases)


@pytest.mark.parametrize("clause", each(ACCEPTED))
@INSPECT
def test_accepted(server: Server, clause: str) -> None:
    """An odd request reaches the function as it is meant, and so does the one behind it."""
    cases = http_cases.of(clause, ACCEPTED)
    log = http_cases.Log(server)
    found = http_cases.send(server, cases)
    assert http_cases.wrong_statuses(cases, found) == {}
    seen = {name: http_cases.seen(answers[0]) for name, answers in found.items()}
    assert [d for case in cases for d in http_cases.differences(case, seen[case.name])] == []
    targets = {target for case in cases for target in http_cases.logged(case)[1]}
    paths = {line["path"] for line in log.lines(sum(map(len, found.values())))}
    assert {target for target in targets if target.isascii()} <= paths


@pytest.mark.clause("HTTP-29")
@ECHO
def test_byte_by_byte(server: Server) -> None:
    """A client may be slow."""
    wire = server.wire()
    for byte in message("POST", "/", TEXT, b"<body>"):
        wire.send(bytes([byte]))
        time.sleep(0.003)  # so that the next one is in a packet of its own
    assert wire.read_until(b"<body>").endswith(b"<body>")


@pytest.mark.clause("HTTP-30")
@SLEEP
def test_half_closed(server: Server) -> None:
    """Who has said all may end its side, and waits for the answer."""
    body = b'{"seconds": 0.3}'
    request = message("POST", "/", {"Content-Type": "application/json"}, body)
    answer = server.wire().send(request).end_sending().read_all(within=10)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"slept")


@pytest.mark.clause("HTTP-30")
@HELLO
def test_half_closed_pipeline(server: Server) -> None:
    """That holds for all requests which were whole before."""
    wire = server.wire().send(2 * message("GET", "/")).end_sending()
    assert wire.read_all(within=10).count(b"hello world") == 2


@pytest.mark.clause("HTTP-31")
@COUNTER
def test_part_of_a_request(server: Server) -> None:
    """A request that ends too early is refused or dropped at once."""
    before = server.call().json()["count"]
    wires = {name: server.wire().send(part).end_sending() for name, part in PARTS.items()}
    for name, wire in wires.items():
        answer = wire.read_all(within=5)
        assert wire.is_ended, name
        assert answer == b"" or answer.split()[1] == b"400", name
    assert server.call().json()["count"] == before + 1
