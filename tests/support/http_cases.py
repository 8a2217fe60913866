"""The table of hostile and odd requests, and what it takes to try them on a runtime."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.support import answers
from tests.support.answers import Answer
from tests.support.server import Server
from tests.support.wait import wait_until

PATH = Path(__file__).parent.parent / "contract" / "http_cases.json"
FOLLOWING = b"GET /pipelined HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
REQUEST_LINE = re.compile(
    rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) HTTP/\d\.\d\r\n"
)
ANSWER_SECONDS = 5.0


@dataclass(frozen=True)
class Case:
    """One line of the table: a refusal has a `status`, others what the function must see."""

    name: str
    clause: str
    request: bytes
    status: int | None
    accepted: Mapping[str, Any]
    follows: bool
    """Whether another request is sent right behind it."""


def _case(entry: Mapping[str, Any]) -> Case:
    request = entry["request"].encode("latin-1")
    status = entry.get("status")
    # HTTP-19: those are answered though nothing more comes; HTTP/1.0 ends its connection itself
    follows = entry["clause"] != "HTTP-19" and (status is not None or b"HTTP/1.0" not in request)
    return Case(entry["name"], entry["clause"], request, status, entry.get("accepted", {}), follows)


CASES = [_case(entry) for entry in json.loads(PATH.read_text(encoding="ascii"))]
REFUSED = [case for case in CASES if case.status is not None]
ACCEPTED = [case for case in CASES if case.status is None]


def clauses(cases: Iterable[Case]) -> list[str]:
    """Return the clauses of `cases`, each once."""
    return list(dict.fromkeys(case.clause for case in cases))


def of(clause: str, cases: Iterable[Case]) -> list[Case]:
    """Return those of `cases` that have this clause."""
    return [case for case in cases if case.clause == clause]


def send(server: Server, cases: Sequence[Case]) -> dict[str, list[Answer]]:
    """Send `cases`, each on a connection of its own; return the answers of each, by name.

    Reads each connection to its end. Raises AssertionError where the server doesn't end one.
    """
    wires = [(case, server.wire()) for case in cases]
    for case, wire in wires:
        wire.send(case.request + (FOLLOWING if case.follows else b""))
    found = {}
    for case, wire in wires:
        content = wire.read_all(ANSWER_SECONDS)
        assert wire.is_ended, f"{case.name}: the connection stays open after {content!r}"
        try:
            found[case.name] = answers.parse(content)
        except HTTPException as error:
            raise AssertionError(f"{case.name}: answered {content!r}") from error
    return found


def wrong_statuses(
    cases: Iterable[Case], found: Mapping[str, Sequence[Answer]]
) -> dict[str, list[int]]:
    """Return the statuses of the cases that were answered otherwise than the table says."""
    statuses = {name: [answer.status for answer in answers] for name, answers in found.items()}
    wanted = {
        case.name: [case.status] if case.status else [200] * (1 + case.follows) for case in cases
    }
    return {name: got for name, got in statuses.items() if got != wanted[name]}


def logged(case: Case) -> tuple[set[str], set[str]]:
    """Return the methods and targets that the access log may have for a refusal (HTTP-32)."""
    if line := REQUEST_LINE.match(case.request):
        return {line[1].decode("latin-1")}, {line[2].decode("latin-1")}
    words = case.request.lstrip(b"\r\n").partition(b"\r\n")[0].decode("latin-1").split(" ")
    return {"-", words[0]}, {"-", *words[1:2]}


class Log:
    """The JSON access log of `server` from now on, in which nothing else may happen."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._skip = len(server.stdout.splitlines())

    def lines(self, count: int) -> list[dict[str, Any]]:
        """Wait until there are `count` lines; return all there are."""
        found = wait_until(
            lambda: lines if len(lines := self._now()) >= count else None, 5, f"{count} log lines"
        )
        return [json.loads(line) for line in found]

    def _now(self) -> list[str]:
        return self._server.stdout.splitlines()[self._skip :]


def check_log(cases: Sequence[Case], lines: Sequence[Mapping[str, Any]]) -> None:
    """Assert that each refusal has one line, with its status, method and target."""
    wanted = Counter(case.status for case in cases)
    assert Counter(line["status"] for line in lines) == wanted
    left = list(lines)
    for case in sorted(cases, key=lambda case: "-" in logged(case)[0]):
        methods, targets = logged(case)
        fitting = [
            line
            for line in left
            if (line["status"], True, True)
            == (case.status, line["method"] in methods, line["path"] in targets)
        ]
        assert fitting, f"{case.name}: no line of {methods} {targets} among {left}"
        left.remove(min(fitting, key=lambda line: (line["method"], line["path"]).count("-")))


def seen(answer: Answer) -> dict[str, Any]:
    """Return what `inspect` says it has seen, named as in the table."""
    content = json.loads(answer.body)
    request = content["request"]
    headers = {
        name.lower(): value if isinstance(value, str) else ", ".join(value)
        for name, value in request["headers"].items()
    }
    found = {name: request[name] for name in ("method", "path", "query")}
    return {**found, "body": content["event"]["data"] or "", "headers": headers}


def differences(case: Case, found: Mapping[str, Any]) -> list[str]:
    """Return where what the function has seen differs from what the table says."""
    wanted = {name: value for name, value in case.accepted.items() if name != "headers"}
    headers = case.accepted.get("headers", {})
    pairs = [(name, value, found[name]) for name, value in wanted.items()]
    pairs += [(name, value, found["headers"].get(name)) for name, value in headers.items()]
    return [
        f"{case.name}: {name} is {got!r}, not {want!r}" for name, want, got in pairs if got != want
    ]


def counted(server: Server) -> float:
    """Return how many calls `server` has counted."""
    return server.metrics().total("function_calls_total")
