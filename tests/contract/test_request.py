"""Chapter REQUEST of SPEC.md."""

import base64
import json
import re
from collections.abc import Iterator

import pytest

from tests.support.events import binary, structured
from tests.support.orders import (
    COUNTER,
    ECHO,
    INSPECT,
    LIMIT_BYTES,
    ONE_WORKER,
    PRINT_SETTINGS,
    SLEEP,
)
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.wait import wait_until
from tests.support.web import message, seconds

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
FIELDS = ["event-id", "event-type", "event-time", "event-namespace"]
BYTES = bytes(range(256))
BINARY = "application/octet-stream"
JSON = "application/json"
MALFORMED: list[bytes | str] = [
    *('{"a": ', '{"a": 1} x', b'"\xff"', "NaN", "[Infinity]", '{"a": -Infinity}', " \t\r\n"),
]


BROKEN = {
    "length": b"GET /healthz HTTP/1.1\r\nHost: runtime\r\nContent-Length: x\r\n\r\n",
    "chunks": b"POST / HTTP/1.1\r\nHost: runtime\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
}
CALL = b"POST / HTTP/1.1\r\nHost: x\r\nX-Padding: %s\r\nContent-Length: 0\r\n\r\n"
CALL %= b"x" * (128 - len(CALL % b""))  # so that one begins at each power of two
CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(CALL), CALL)
TWO_WAYS = b"0\r\n\r\n" + CALL
PROBES = {  # heads and bodies, in which CALL is no request by any strict reading
    "length": (b"Content-Length: %d" % len(CALL), CALL),
    "large": (b"Content-Length: %d" % (20_000 * len(CALL)), 20_000 * CALL),
    "chunked": (b"Transfer-Encoding: chunked", CHUNK),
    "both": (b"Content-Length: %d\r\nTransfer-Encoding: chunked" % len(TWO_WAYS), TWO_WAYS),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: %d" % len(CALL), CALL),
    "space": (b"Transfer-Encoding : chunked", CALL),
    "tabulator": (b"Transfer-Encoding\t: chunked", CALL),
    "line feed": (b"X: x\nTransfer-Encoding: chunked", CALL),
    "carriage return": (b"X: x\rTransfer-Encoding: chunked", CALL),
    "space, length": (b"Content-Length : %d" % len(CALL), CALL),
    "line feed, length": (b"X: x\nContent-Length: %d" % len(CALL), CALL),
}


def pieces(size: int) -> Iterator[bytes]:
    """Yield `size` bytes in pieces, so that their number isn't declared."""
    for start in range(0, size, 4096):
        yield b"x" * min(4096, size - start)


@pytest.mark.clause("REQUEST-1")
@pytest.mark.parametrize("method", METHODS)
@INSPECT
def test_methods(server: Server, method: str) -> None:
    """The function is called for each method, and sees it."""
    response = server.request(method)
    assert response.status_code == 200
    assert method == "HEAD" or response.json()["request"]["method"] == method
    wait_until(lambda: server.metrics().total("function_calls_total", method=method), 5, method)


@pytest.mark.clause("REQUEST-2")
@pytest.mark.parametrize("path", ["/", "/a/b.c/d", "//a/b", "/healthz/more", "/metricsx"])
@INSPECT
def test_paths(server: Server, path: str) -> None:
    """The function sees any path and query as they were sent."""
    request = server.get(f"{path}?b=2&a=%20x&b=1").json()["request"]
    assert request["path"] == path
    assert request["query"] == "b=2&a=%20x&b=1"


@pytest.mark.clause("REQUEST-3")
@INSPECT
def test_event_fields(server: Server) -> None:
    """The event's headers are its fields."""
    event = server.get(headers={name: f"the {name}" for name in FIELDS}).json()["event"]
    assert {name: event[name] for name in FIELDS} == {name: f"the {name}" for name in FIELDS}


@pytest.mark.clause("REQUEST-4")
@INSPECT
def test_missing_event_fields(server: Server) -> None:
    """A field without its header is there, and null or empty."""
    event = server.get().json()["event"]
    assert all(event[name] in (None, "") for name in FIELDS)


@pytest.mark.clause("REQUEST-5")
@pytest.mark.parametrize(
    "kind", [JSON, f"{JSON}; charset=utf-8", "application/vnd.api+json", f"{JSON};charset=UTF-8"]
)
@INSPECT
def test_json(server: Server, kind: str) -> None:
    """JSON types are parsed alike, with parameters too; text where the event holds text."""
    body = '{"b": "grüße", "a": [1]}'
    data = server.post(body.encode(), kind).json()["event"]["data"]
    assert data in (json.loads(body), body)
    assert data == server.post(body.encode(), JSON).json()["event"]["data"]


@pytest.mark.clause("REQUEST-6")
@pytest.mark.parametrize("body", ["42", "1.5", "true", "null", '"text"', '[1, "b"]'])
@INSPECT
def test_json_values(server: Server, body: str) -> None:
    """JSON needn't be an object."""
    data = server.post(body, JSON).json()["event"]["data"]
    assert data == json.loads(body) or data == body


@pytest.mark.clause("REQUEST-7")
@pytest.mark.parametrize("body", MALFORMED)
@COUNTER
def test_malformed_json(server: Server, body: bytes | str) -> None:
    """Malformed JSON is the caller's fault; the function isn't called."""
    before = server.call().json()["count"]
    assert server.post(body, JSON).status_code == 400
    assert server.call().json()["count"] == before + 1


@pytest.mark.clause("REQUEST-8")
@INSPECT
def test_empty_json(server: Server) -> None:
    """An empty body isn't malformed, whatever its type."""
    response = server.post(b"", JSON)
    assert response.status_code == 200
    assert response.json()["event"]["data"] in (None, "")


@pytest.mark.clause("REQUEST-9")
@ECHO
def test_bytes(server: Server) -> None:
    """Bytes stay as they are."""
    assert server.post(BYTES, BINARY).content == BYTES


@pytest.mark.clause("REQUEST-10")
@ECHO
def test_newlines(server: Server) -> None:
    """Newlines stay as they are."""
    text = "\none\n\ntwo\r\nthree\n\n"
    assert server.post(text, "text/plain").text == text


@pytest.mark.clause("REQUEST-11")
@pytest.mark.needs("echo", "value", "print")
def test_unicode(runtime: Runtime) -> None:
    """Unicode is kept in the source, the input, the output and the log."""
    text = "grüße 漢字 🎉"
    echoed = runtime.shared("echo").post(text.encode(), "text/plain; charset=utf-8")
    assert echoed.text == text
    assert runtime.shared("value", ONE_WORKER).call({"kind": "string"}).text == "grüße"
    printer = runtime.shared("print", PRINT_SETTINGS)
    printer.call({"stdout": text, "stderr": text, "then": "return"})
    wait_until(lambda: text in printer.stdout and text in printer.stderr)


@pytest.mark.clause("REQUEST-12")
@ECHO
def test_one_mebibyte(server: Server) -> None:
    """A megabyte comes back whole."""
    body = BYTES * 4096
    assert server.post(body, BINARY).content == body


@pytest.mark.clause("REQUEST-13")
@pytest.mark.parametrize("size", [LIMIT_BYTES - 1, LIMIT_BYTES])
@COUNTER
def test_within_the_limit(server: Server, size: int) -> None:
    """A body of up to the limit is accepted."""
    assert server.post(b"x" * size, BINARY).status_code == 200
    assert server.request("POST", content=pieces(size)).status_code == 200


@pytest.mark.clause("REQUEST-14")
@pytest.mark.parametrize("excess", [1, 4 * 1024 * 1024])
@pytest.mark.parametrize("header", ["Content-Length", "Transfer-Encoding"])
@COUNTER
def test_over_the_limit(server: Server, header: str, excess: int) -> None:
    """A client that is still sending too large a body reads a 413; the function isn't called."""
    before, size = server.call().json()["count"], LIMIT_BYTES + excess
    declared = header == "Content-Length"
    body = b"x" * size if declared else b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)
    value = str(size) if declared else "chunked"
    head = f"POST / HTTP/1.1\r\nHost: runtime\r\n{header}: {value}\r\n\r\n".encode()
    assert server.wire().send(head).send(body).read_until(b"\r\n").split()[1:2] == [b"413"]
    assert server.call().json()["count"] == before + 1


@pytest.mark.clause("REQUEST-14")
@pytest.mark.function("echo", REQ_MB_LIMIT="0.1")
def test_over_the_limit_and_held_back(server: Server) -> None:
    """A client that waits for leave to send too large a body reads a 413 instead."""
    # little enough for a server to read it all before its answer
    asked = {"Content-Length": "120000", "Expect": "100-continue"}
    wire = server.wire().send(message("POST", "/", asked))
    assert wire.read_until(b"\r\n", within=5).split()[1:2] == [b"413"]


@pytest.mark.clause("REQUEST-15")
@ECHO
def test_chunked(server: Server) -> None:
    """A body whose length isn't declared arrives whole."""
    headers = {"content-type": BINARY}
    response = server.request("POST", content=pieces(300_001), headers=headers)
    assert response.content == b"x" * 300_001


@pytest.mark.clause("REQUEST-16")
@pytest.mark.function("form", shared=True)
def test_multipart(server: Server) -> None:
    """The native request reads a multipart form."""
    files = {"file": ("bytes.bin", BYTES, BINARY)}
    response = server.request("POST", data={"field": "a value"}, files=files)
    found = response.json()
    assert sorted(found.pop("names")) == ["field", "file"]
    assert found == {"field": "a value", "file": "bytes.bin", "size": 256}


@pytest.mark.clause("REQUEST-17")
@INSPECT
def test_repeated_headers(server: Server) -> None:
    """Each value of a repeated header arrives."""
    response = server.get(headers=[("x-many", "one"), ("x-many", "two")])
    values = response.json()["request"]["headers"]["x-many"]
    joined = values if isinstance(values, str) else ",".join(values)
    assert [value.strip() for value in joined.split(",")] == ["one", "two"]


@pytest.mark.clause("REQUEST-18")
@INSPECT
def test_binary_cloud_event(server: Server) -> None:
    """A CloudEvent in binary mode is the event."""
    event = server.post('{"a": 1}', JSON, **binary()).json()["event"]
    assert [event[name] for name in FIELDS] == ["id-1", "type-1", "2026-01-02T03:04:05Z", "/source"]
    assert event["data"] in ({"a": 1}, '{"a": 1}')


@pytest.mark.clause("REQUEST-19")
@INSPECT
def test_structured_cloud_event(server: Server) -> None:
    """A CloudEvent in structured mode is the event, and its data the event's data."""
    body, kind = structured(data={"a": 1})
    event = server.post(body, kind).json()["event"]
    assert [event[name] for name in FIELDS] == ["id-1", "type-1", "2026-01-02T03:04:05Z", "/source"]
    assert event["data"] == {"a": 1} or json.loads(event["data"]) == {"a": 1}


@pytest.mark.clause("REQUEST-19")
@ECHO
def test_structured_cloud_event_of_bytes(server: Server) -> None:
    """Base64 data of a structured CloudEvent is decoded."""
    encoded = base64.b64encode(BYTES).decode()
    body, kind = structured(data_base64=encoded, datacontenttype=BINARY)
    assert server.post(body, kind).content == BYTES


@pytest.mark.clause("REQUEST-20")
@pytest.mark.parametrize(
    "change",
    [
        *({"specversion": version} for version in (None, "2.0", "0.3", "10")),
        *({name: None} for name in ("id", "type", "source")),
    ],
)
@COUNTER
def test_malformed_cloud_event(server: Server, change: dict[str, str | None]) -> None:
    """A malformed CloudEvent is the caller's fault in both modes; the function isn't called."""
    before = server.call().json()["count"]
    assert server.post(*structured(**change)).status_code == 400
    assert server.post("{}", JSON, **binary(**change)).status_code == 400
    assert server.call().json()["count"] == before + 1


@pytest.mark.clause("REQUEST-21")
@INSPECT
def test_context(server: Server, runtime: Runtime) -> None:
    """The context tells the settings."""
    context = server.get().json()["context"]
    assert context["function-name"] == runtime.names("inspect").handler
    assert float(context["timeout"]) == 42.5
    assert context["runtime"] == "runtime-name"
    assert context["memory-limit"] == "128Mi"


@pytest.mark.clause("REQUEST-22")
@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET\r\n\r\n"])
@SLEEP
def test_garbage(server: Server, garbage: bytes) -> None:
    """What is no HTTP is refused, and the request beside it unharmed."""
    running = server.begin({"seconds": 0.3})
    answer = server.wire().send(garbage).read_all(within=10)
    assert answer.split()[1:2] == [b"400"]
    assert running.result().text == "slept"


@pytest.mark.clause("REQUEST-22", "CONCURRENCY-6")
@pytest.mark.bounded
@pytest.mark.parametrize("kind", BROKEN)
@COUNTER
def test_broken_request(server: Server, kind: str) -> None:
    """What looks like HTTP and isn't ends no worker, and no thread that answers probes."""
    before = server.call().json()
    answer = server.wire().send(BROKEN[kind]).read_until(b"\r\n", within=10)
    assert answer.split()[1:2] == [b"400"]
    health = server.get("/healthz")
    assert health.status_code == 200
    assert seconds(health) < 1
    after = server.call().json()
    assert (after["process"], after["count"] > before["count"]) == (before["process"], True)


@pytest.mark.clause("REQUEST-23")
@ECHO
def test_pipeline(server: Server) -> None:
    """Pipelined requests are answered in their order."""
    kind = {"Content-Type": "text/plain"}
    bodies = [b"<first>", b"<second>", b"<third>"]
    wire = server.wire().send(b"".join(message("POST", "/", kind, body) for body in bodies))
    answer = wire.read_until(bodies[-1])
    places = [answer.find(body) for body in bodies]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.clause("REQUEST-24")
@pytest.mark.parametrize("kind", PROBES)
@COUNTER
def test_body_of_a_probe(server: Server, kind: str) -> None:
    """A body that looks like a request is none: the probe is answered or refused, no more."""
    head, body = PROBES[kind]
    before = server.call().json()["count"]
    wire = server.wire().send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body)
    last = message("GET", "/readyz", {"Connection": "close"})  # ends a connection that goes on
    answers = wire.send(last).read_all(within=10)
    assert set(re.findall(rb"^HTTP/1.1 (\d+)", answers, re.MULTILINE)) <= {b"200", b"400", b"413"}
    assert b'"count"' not in answers
    assert server.call().json()["count"] == before + 1


@pytest.mark.clause("REQUEST-25", "REQUEST-20")
@pytest.mark.parametrize("name", ["ce-id", "ce-type", "ce-source", "ce-specversion"])
@INSPECT
def test_part_of_a_cloud_event(server: Server, name: str) -> None:
    """One of its headers makes a request a CloudEvent, which lacks the others."""
    assert server.get(headers={name: "1.0"}).status_code == 400


@pytest.mark.clause("REQUEST-20")
@pytest.mark.parametrize("version", ["1", "1.1"])
@INSPECT
def test_versions_of_cloud_events(server: Server, version: str) -> None:
    """All minor versions of 1 are accepted, in both modes."""
    answers = [
        server.post("{}", JSON, **binary(specversion=version)),
        server.post(*structured(specversion=version)),
    ]
    assert [answer.json()["event"]["event-id"] for answer in answers] == ["id-1", "id-1"]


@pytest.mark.clause("REQUEST-26")
@INSPECT
def test_escapes_in_cloud_events(server: Server) -> None:
    """The values of the headers are decoded, but for what is no escape."""
    headers = binary(id="gr%C3%BC%c3%9fe%20%22", source="/100%", type="a%zz+b%2")
    event = server.post("{}", JSON, **headers).json()["event"]
    assert [event[name] for name in ("event-id", "event-namespace", "event-type")] == [
        'grüße "',
        "/100%",
        "a%zz+b%2",
    ]
