"""Chapter RESPONSE of SPEC.md."""

import time

import pytest

from tests.support.answers import is_of_the_runtime
from tests.support.orders import (
    COUNTER,
    COUNTER_SETTINGS,
    FAIL,
    HELLO,
    LIMIT_BYTES,
    ONE_WORKER,
    RESPOND,
    SLEEP,
    VALUE,
)
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.web import message, seconds

ORIGIN = {"Origin": "https://example.org"}
ALLOWED = "access-control-allow-origin"


@pytest.mark.clause("RESPONSE-1")
@VALUE
def test_string(server: Server) -> None:
    """A string is text."""
    response = server.call({"kind": "string"})
    assert response.text == "grüße"
    assert response.headers["content-type"].startswith("text/")


@pytest.mark.clause("RESPONSE-2")
@VALUE
def test_bytes(server: Server) -> None:
    """Bytes are sent as they are."""
    assert server.call({"kind": "bytes"}).content == bytes(range(256))


@pytest.mark.clause("RESPONSE-3")
@pytest.mark.parametrize(("kind", "value"), [("object", {"a": 1}), ("list", [1, "b"])])
@VALUE
def test_json(server: Server, kind: str, value: object) -> None:
    """Objects and arrays are JSON."""
    response = server.call({"kind": kind})
    assert response.json() == value
    assert response.headers["content-type"].split(";")[0] == "application/json"


@pytest.mark.clause("RESPONSE-4")
@VALUE
def test_null(server: Server) -> None:
    """Null is nothing, successfully."""
    response = server.call({"kind": "null"})
    assert response.content == b""
    assert response.is_success


@pytest.mark.clause("RESPONSE-5")
@pytest.mark.parametrize(("kind", "text"), [("number", "42"), ("boolean", "true")])
@VALUE
def test_scalar(server: Server, kind: str, text: str) -> None:
    """Numbers and booleans are JSON texts."""
    assert server.call({"kind": kind}).text == text


@pytest.mark.clause("RESPONSE-6")
@RESPOND
def test_status_and_headers(server: Server) -> None:
    """The function's status and headers are sent, two of one name too."""
    headers = [["X-Own", "1"], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]
    response = server.call({"status": 201, "headers": headers, "body": "made"})
    assert (response.status_code, response.text) == (201, "made")
    assert response.headers["x-own"] == "1"
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


@pytest.mark.clause("RESPONSE-7")
@pytest.mark.parametrize("status", [204, 304])
@RESPOND
def test_no_body(server: Server, status: int) -> None:
    """204 and 304 have no body, whatever the function gave."""
    body = b'{"status": %d, "headers": [], "body": "lost"}' % status
    headers = {"Content-Type": "application/json", "Connection": "close"}
    answer = server.wire().send(message("POST", "/", headers, body)).read_all()
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"%d" % status
    assert rest == b""


@pytest.mark.clause("RESPONSE-8")
@HELLO
def test_head(server: Server) -> None:
    """HEAD has the headers of GET and no body."""
    whole = server.get()
    request = message("HEAD", "/", {"Connection": "close"})
    head, _, rest = server.wire().send(request).read_all().partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0].split()[1] == "200"
    assert f"content-length: {len(whole.content)}" in lines
    assert f"content-type: {whole.headers['content-type']}".lower() in lines
    assert rest == b""


@pytest.mark.clause("RESPONSE-9")
@pytest.mark.bounded
@pytest.mark.function("stream", shared=True)
def test_stream(server: Server) -> None:
    """The first piece comes in the first half of the time that the function takes."""
    begin = time.monotonic()
    with server.stream({"pieces": 3, "pause": 0.5}) as response:
        pieces = response.iter_raw()
        assert next(pieces) == b"piece 0\n"
        first = time.monotonic() - begin
        assert b"".join(pieces) == b"piece 1\npiece 2\n"
    assert first < (time.monotonic() - begin) / 2


@pytest.mark.clause("RESPONSE-10")
@pytest.mark.bounded
@VALUE
def test_unserialisable(server: Server) -> None:
    """A value that can't be sent is an error at once, not after the timeout."""
    response = server.call({"kind": "unserialisable"})
    assert response.status_code == 500
    assert seconds(response) < 1


@pytest.mark.clause("RESPONSE-11")
@FAIL
def test_no_trace_for_the_client(server: Server, runtime: Runtime) -> None:
    """The client learns nothing of the error."""
    text = server.call().text
    for secret in ("expected failure", runtime.names("fail").file, "Traceback", "    at "):
        assert secret not in text


@pytest.mark.clause("RESPONSE-12")
@FAIL
def test_trace_in_the_log(server: Server, runtime: Runtime) -> None:
    """The log has the error with its stack trace."""
    server.call()
    file = runtime.names("fail").file
    wait_until(lambda: "expected failure" in server.stderr and file in server.stderr)


@pytest.mark.clause("RESPONSE-13")
@COUNTER
def test_preflight(server: Server) -> None:
    """A preflight is answered for the function."""
    before = server.call().json()["count"]
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-own"}
    headers = server.request("OPTIONS", headers={**ORIGIN, **asked}).headers
    assert headers[ALLOWED] in ("*", ORIGIN["Origin"])
    assert "PUT" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"].lower() in ("*", "x-own")
    assert server.call().json()["count"] == before + 1


@pytest.mark.clause("RESPONSE-14")
@pytest.mark.needs("hello", "fail")
def test_cors(runtime: Runtime) -> None:
    """Every answer to another origin allows it, an error too."""
    for function, settings in (("hello", None), ("fail", ONE_WORKER)):
        response = runtime.shared(function, settings).get(headers=ORIGIN)
        assert response.headers[ALLOWED] in ("*", ORIGIN["Origin"])


@pytest.mark.clause("RESPONSE-14")
@RESPOND
def test_own_cors(server: Server) -> None:
    """The function's own header is the only one."""
    own = [["Access-Control-Allow-Origin", "https://own.example"]]
    parameters = {"status": 200, "headers": own, "body": ""}
    response = server.request("POST", json=parameters, headers=ORIGIN)
    assert response.headers.get_list(ALLOWED) == ["https://own.example"]


@pytest.mark.clause("RESPONSE-15")
@COUNTER
def test_own_answer(server: Server) -> None:
    """What the runtime answers by itself is the phrase of its status."""
    answer = server.post(b"x" * (LIMIT_BYTES + 1), "text/plain")
    assert is_of_the_runtime(413, answer.headers["content-type"], answer.content)


@pytest.mark.clause("RESPONSE-15", "REQUEST-7")
@pytest.mark.needs("counter")
@FAIL
def test_own_answers_about_a_function(server: Server, runtime: Runtime) -> None:
    """So is what it answers for a function that fails, or can't be called."""
    answers = [
        server.call(),
        runtime.shared("counter", COUNTER_SETTINGS).post("{", "application/json"),
    ]
    assert [answer.status_code for answer in answers] == [500, 400]
    for answer in answers:
        kind = answer.headers["content-type"]
        assert is_of_the_runtime(answer.status_code, kind, answer.content)


@pytest.mark.clause("RESPONSE-15")
@SLEEP
def test_own_answer_to_a_timeout(server: Server) -> None:
    """That is so for process 1 too."""
    answer = server.call({"seconds": 60})
    assert is_of_the_runtime(408, answer.headers["content-type"], answer.content)
