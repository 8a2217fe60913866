"""Chapter REQUEST of SPEC.md: the bodies of body_cases.json, and names in multipart forms."""

from collections.abc import Iterable, Sequence

import httpx
import pytest

from tests.support import body_cases
from tests.support.answers import is_of_the_runtime
from tests.support.body_cases import CASES, Case
from tests.support.http_cases import counted
from tests.support.orders import COUNTER
from tests.support.server import Server

SETTINGS = {"FUNC_WORKERS": "4", "REQ_MB_LIMIT": "6"}
"""The limit is that of the cases of REQUEST-31."""
INSPECT = pytest.mark.function("inspect", shared=True, **SETTINGS)
ECHO = pytest.mark.function("echo", shared=True, **SETTINGS)
FORM = pytest.mark.function("form", shared=True)
REFUSED = [case for case in CASES if 200 not in case.statuses]
ODD = [case for case in CASES if case.clause == "REQUEST-38"]
ACCEPTED = [case for case in CASES if case.statuses == [200]]
JSON = [case for case in ACCEPTED if case.is_json]
OTHER = [case for case in ACCEPTED if not case.is_json]
LONG = "g" + "rüß" * 700 + "e"
NAMES = ["plain", "grüße", "名前", "🎉", "a b", "a;b", "a'b", "a=b", "x" * 3996, LONG]


def each(cases: list[Case]) -> list[object]:
    """Return the clauses of `cases` as parameters that cite themselves."""
    names = body_cases.clauses(cases)
    return [pytest.param(name, marks=pytest.mark.clause(name), id=name) for name in names]


def answers(
    server: Server, cases: Iterable[Case], clause: str
) -> list[tuple[str, Case, httpx.Response]]:
    """Send those of `cases` that have this clause, in all manners; return what came of each."""
    return [
        (f"{case.name}, {manner}", case, body_cases.send(server, case, manner))
        for case in cases
        if case.clause == clause
        for manner in body_cases.manners(case)
    ]


def wrong_statuses(found: Sequence[tuple[str, Case, httpx.Response]]) -> dict[str, int]:
    """Return the statuses that the table doesn't allow."""
    return {
        name: answer.status_code
        for name, case, answer in found
        if answer.status_code not in case.statuses
    }


@pytest.mark.clause("RESPONSE-15")
@pytest.mark.parametrize("clause", each(REFUSED))
@INSPECT
def test_refused(server: Server, clause: str) -> None:
    """A body that can't be understood or is too large is answered without a call, with a reason."""
    calls = counted(server)
    found = answers(server, REFUSED, clause)
    assert wrong_statuses(found) == {}
    for name, _, answer in found:
        kind = answer.headers["content-type"]
        assert is_of_the_runtime(answer.status_code, kind, answer.content), name
        accepted = answer.headers.get("accept-encoding", "").replace(",", " ").split()
        assert clause != "REQUEST-29" or {"gzip", "deflate"} <= set(accepted), name
    assert counted(server) == calls


@pytest.mark.parametrize("clause", each(JSON))
@INSPECT
def test_json(server: Server, clause: str) -> None:
    """JSON reaches the function as it was meant, whatever its coding and charset."""
    found = answers(server, JSON, clause)
    assert wrong_statuses(found) == {}
    seen = {name: (case, answer.json()["event"]["data"]) for name, case, answer in found}
    assert [
        name for name, (case, data) in seen.items() if not body_cases.has_seen(case, data)
    ] == []


@pytest.mark.parametrize("clause", each(OTHER))
@ECHO
def test_other_types(server: Server, clause: str) -> None:
    """Text reaches the function decoded or as it was sent, bytes unchanged."""
    found = answers(server, OTHER, clause)
    assert wrong_statuses(found) == {}
    assert {n: a.content for n, c, a in found if not body_cases.is_echo(c, a.content)} == {}


@pytest.mark.clause("REQUEST-34")
@ECHO
def test_text_in_an_unknown_charset(server: Server) -> None:
    """Text that would be decoded is refused, and handed on where the function gets bytes."""
    answer = server.post("grüße", "text/plain; charset=klingon")
    assert answer.status_code == 415 or answer.content == "grüße".encode()


@pytest.mark.clause("REQUEST-28")
@pytest.mark.parametrize("manner", ["length", "chunked"])
@INSPECT
def test_headers_of_a_decoded_body(server: Server, manner: str) -> None:
    """The native request has the headers of the decoded body, or those that were sent."""
    case = next(case for case in CASES if case.name == "gzip")
    headers = body_cases.send(server, case, manner).json()["request"]["headers"]
    found = [headers.get(name) for name in ("content-encoding", "content-length")]
    coding, length = (one if isinstance(one, str | None) else ", ".join(one) for one in found)
    sent = str(len(case.body)) if manner == "length" else None
    assert (coding, length) in [(None, str(len(case.content))), ("gzip", sent)]


@pytest.mark.parametrize("clause", each(ODD))
@COUNTER
def test_beyond_the_language(server: Server, clause: str) -> None:
    """JSON that a language can't hold is refused, and no worker ends by it."""
    before = server.call().json()
    found = answers(server, ODD, clause)
    assert wrong_statuses(found) == {}
    after = server.call().json()
    accepted = sum(answer.status_code == 200 for _, _, answer in found)
    assert after == {"count": before["count"] + accepted + 1, "process": before["process"]}


@pytest.mark.clause("REQUEST-39")
@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:10])
@FORM
def test_names_in_forms(server: Server, name: str) -> None:
    """The names of fields and of files are whole, and so are those of other letters."""
    body = "".join(
        f'--limit\r\nContent-Disposition: form-data; name="{part}"\r\n\r\na value\r\n'
        for part in ("field", name)
    )
    body += f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}.txt"\r\n'
    body += "Content-Type: text/plain\r\n\r\ncontent\r\n--limit--\r\n"
    found = server.post(body.encode(), "multipart/form-data; boundary=limit").json()
    assert sorted(found.pop("names")) == sorted(["field", name, "file"])
    assert found == {"field": "a value", "file": f"{name}.txt", "size": 7}


@pytest.mark.clause("REQUEST-27", "REQUEST-16")
@pytest.mark.parametrize("step", ["gzip", "zlib"])
@FORM
def test_compressed_form(server: Server, step: str) -> None:
    """The native request reads a form whose coding was undone."""
    body = b'--limit\r\nContent-Disposition: form-data; name="field"\r\n\r\na value\r\n'
    body += b'--limit\r\nContent-Disposition: form-data; name="file"; filename="name"\r\n\r\n'
    body += b"content\r\n--limit--\r\n"
    coding = {"gzip": "gzip", "zlib": "deflate"}[step]
    kind = "multipart/form-data; boundary=limit"
    found = server.post(body_cases.CODINGS[step](body), kind, content_encoding=coding).json()
    assert (found["field"], found["file"], found["size"]) == ("a value", "name", 7)
