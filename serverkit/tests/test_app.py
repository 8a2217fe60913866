"""The WSGI application."""

import asyncio
import gzip
from collections.abc import Iterator
from typing import Any

import bottle
import pytest

from serverkit.app import create_app
from serverkit.pieces import StreamBrokenError
from serverkit.settings import Settings
from serverkit.testing import Reply, call

SETTINGS = Settings("module", "handler", body_limit=100)
JSON = {"Content-Type": "application/json"}


def reply(value: Any, method: str = "GET") -> Reply:
    """Return the answer to a request whose function returns `value`."""
    return call(create_app(lambda event, context: value, SETTINGS), method)


class Foreign:
    """An HTTPResponse of another Bottle."""

    status_code = 202
    body = "text"
    headerlist = (
        ("X-Own", "gr\u00c3\u00bc\u00c3\u009fe"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )


@pytest.mark.parametrize(
    ("value", "body", "kind"),
    [
        ("grüße", "grüße".encode(), "text/html; charset=UTF-8"),
        (b"\x00\xff", b"\x00\xff", "text/html; charset=UTF-8"),
        (bytearray(b"ab"), b"ab", "text/html; charset=UTF-8"),
        ({"a": 1}, b'{"a": 1}', "application/json"),
        ([1, "b"], b'[1, "b"]', "application/json"),
        (["a", "b"], b'["a", "b"]', "application/json"),
        ({}, b"{}", "application/json"),
        ([], b"[]", "application/json"),
        (42, b"42", "application/json"),
        (0, b"0", "application/json"),
        (False, b"false", "application/json"),
        ("", b"", "text/html; charset=UTF-8"),
        (None, b"", "text/html; charset=UTF-8"),
    ],
)
def test_values(value: Any, body: bytes, kind: str) -> None:
    """Each kind of value has its form."""
    answer = reply(value)
    assert (answer.status, answer.body) == (200, body)
    assert answer.header("Content-Type") == kind
    assert answer.header("Content-Length") == str(len(body))


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), {"a": object()}, [object()]])
def test_unserialisable(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't be sent is a 500 that tells the client nothing."""
    answer = reply(value)
    assert (answer.status, answer.body) == (500, b"Internal Server Error\n")
    assert "Traceback" in capsys.readouterr().err


def test_error(capsys: pytest.CaptureFixture[str]) -> None:
    """An error is a 500; its trace is on stderr."""

    def fail(event: Any, context: Any) -> None:
        raise ValueError("expected failure")

    answer = call(create_app(fail, SETTINGS))
    assert (answer.status, answer.body) == (500, b"Internal Server Error\n")
    assert "expected failure" in capsys.readouterr().err


def test_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    """An error that no `except Exception` catches is a 500 as well."""

    async def fail(event: Any, context: Any) -> None:
        raise asyncio.CancelledError

    assert call(create_app(fail, SETTINGS)).status == 500


def test_http_response() -> None:
    """Bottle's responses are sent as they are, returned or raised."""
    response = bottle.HTTPResponse("text", 201, {"X-Own": "1"})
    response.add_header("Set-Cookie", "a=1")
    response.add_header("Set-Cookie", "b=2")
    answer = reply(response)
    assert (answer.status, answer.body, answer.header("x-own")) == (201, b"text", "1")
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=1", "b=2"]

    def refuse(event: Any, context: Any) -> None:
        bottle.abort(418, "no coffee")

    answer = call(create_app(refuse, SETTINGS))
    assert (answer.status, answer.body) == (418, b"no coffee")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"


@pytest.mark.parametrize("body", [{"a": 1}, [1], 1])
def test_http_response_of_json(body: Any) -> None:
    """The body of a response is converted as well."""
    assert reply(bottle.HTTPResponse(body, 201)).header("Content-Type") == "application/json"


def test_foreign_response() -> None:
    """A response of another Bottle is understood."""
    answer = reply(Foreign())
    assert (answer.status, answer.body) == (202, b"text")
    assert answer.header("X-Own") == "gr\u00c3\u00bc\u00c3\u009fe"
    assert sum(name == "Set-Cookie" for name, _ in answer.headers) == 2


def test_own_response_object() -> None:
    """`bottle.response` may be used instead."""

    def handler(event: Any, context: Any) -> str:
        bottle.response.status = 202
        bottle.response.set_header("X-Own", "1")
        return "text"

    answer = call(create_app(handler, SETTINGS))
    assert (answer.status, answer.header("X-Own")) == (202, "1")


@pytest.mark.parametrize("status", [204, 304])
def test_no_body(status: int) -> None:
    """204 and 304 have no body."""
    assert reply(bottle.HTTPResponse("lost", status)).body == b""


def test_head() -> None:
    """HEAD has GET's headers, and no body."""
    get, head = reply("text"), reply("text", "HEAD")
    assert (head.headers, head.body) == (get.headers, b"")


def test_stream() -> None:
    """A generator is sent piece by piece, text as UTF-8, without empty pieces."""
    answer = reply(iter(["ü", b"", b"b"]))
    assert answer.body == "üb".encode()
    assert answer.header("Content-Length") is None
    assert reply(iter([])).body == b""


def test_failing_stream(capsys: pytest.CaptureFixture[str]) -> None:
    """An error before the first piece is a 500, one after it breaks the answer off."""

    def pieces(count: int) -> Iterator[str]:
        for _ in range(count):
            yield "piece"
        raise ValueError("expected failure")

    assert reply(pieces(0)).status == 500
    with pytest.raises(StreamBrokenError):
        reply(pieces(1))
    assert "expected failure" in capsys.readouterr().err


def test_closed_stream() -> None:
    """A generator that nobody reads to its end is closed."""
    closed = []

    def pieces() -> Iterator[str]:
        try:
            yield "piece"
        finally:
            closed.append(True)

    reply(pieces(), "HEAD")
    assert closed


def test_asynchronous() -> None:
    """Coroutines and asynchronous generators are run to their end."""

    async def once(event: Any, context: Any) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"data": event["data"]}

    async def pieces(event: Any, context: Any) -> Any:
        for number in range(3):
            yield str(number)

    assert call(create_app(once, SETTINGS), "POST", headers=JSON, body=b"1").body == b'{"data": 1}'
    assert call(create_app(pieces, SETTINGS)).body == b"012"


def test_native_request() -> None:
    """The native request is Bottle's, and has the body too."""

    def handler(event: Any, context: Any) -> dict[str, Any]:
        request = event["extensions"]["request"]
        assert request.body.read() == event["data"]
        return {"method": request.method, "query": dict(request.query), "path": request.path}

    answer = call(create_app(handler, SETTINGS), "PUT", "/a/b?c=d", body=b"text")
    assert answer.body == b'{"method": "PUT", "query": {"c": "d"}, "path": "/a/b"}'


def test_context_of_its_own() -> None:
    """A function that changes its context changes no other call's."""

    def handler(event: Any, context: Any) -> Any:
        return context.pop("function-name", None)

    app = create_app(handler, SETTINGS)
    assert [call(app).body, call(app).body] == [b"handler", b"handler"]


def test_refused() -> None:
    """What is refused isn't called."""

    def handler(event: Any, context: Any) -> None:
        raise AssertionError

    app = create_app(handler, SETTINGS)
    assert call(app, "POST", headers=JSON, body=b"{").status == 400
    assert call(app, "POST", body=b"x" * 101).status == 413


def test_coded_body() -> None:
    """REQUEST-27, REQUEST-28: the native request knows nothing of a coding that was undone."""

    def handler(event: Any, context: Any) -> dict[str, Any]:
        request = event["extensions"]["request"]
        assert request.json == event["data"]
        return {"length": request.content_length, "coding": request.get_header("Content-Encoding")}

    app = create_app(handler, SETTINGS)
    headers = {**JSON, "Content-Encoding": "gzip"}
    answer = call(app, "POST", headers=headers, body=gzip.compress(b"[1]"))
    assert answer.body == b'{"length": 3, "coding": null}'
    assert call(app, "POST", headers=headers, body=b"[1]").status == 400
    refused = call(app, "POST", headers={**JSON, "Content-Encoding": "zap"}, body=b"[1]")
    assert (refused.status, refused.header("Accept-Encoding")) == (415, "gzip, deflate")


def test_cors() -> None:
    """A preflight is answered; each answer allows other origins, unless the function says."""
    asked = {"Origin": "http://x", "Access-Control-Request-Method": "PUT"}
    app = create_app(lambda event, context: "called", SETTINGS)
    preflight = call(app, "OPTIONS", headers=asked)
    assert (preflight.status, preflight.body) == (204, b"")
    assert "PUT" in str(preflight.header("Access-Control-Allow-Methods"))
    assert call(app, "OPTIONS").body == b"called"
    assert call(app).header("Access-Control-Allow-Origin") == "*"
    own = bottle.HTTPResponse("", 200, {"Access-Control-Allow-Origin": "http://own"})
    assert reply(own).header("Access-Control-Allow-Origin") == "http://own"


def test_exit() -> None:
    """An exit is not the application's to answer."""

    def handler(event: Any, context: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        call(create_app(handler, SETTINGS))


def test_form() -> None:
    """Forms are read through the native request."""

    def handler(event: Any, context: Any) -> str:
        return str(event["extensions"]["request"].forms["a"])

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert call(create_app(handler, SETTINGS), "POST", headers=kind, body=b"a=b").body == b"b"
