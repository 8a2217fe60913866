"""The event and the context."""

import json
from typing import Any

import pytest

from serverkit.errors import RequestError
from serverkit.event import FIELDS, create_context, create_event
from serverkit.settings import Settings

CLOUD = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-type": "made",
    "ce-source": "/a%20b",
    "ce-time": "2026-01-02T03:04:05Z",
}
ENVELOPE = {name.removeprefix("ce-"): value for name, value in CLOUD.items()}


def event(headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
    """Make an event."""
    return create_event(lambda name: headers.get(name), body, None)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "a/b+json", "Application/JSON"]
)
def test_json(kind: str) -> None:
    """JSON is parsed, whatever its parameters."""
    assert event({"content-type": kind}, b'{"a": [1]}')["data"] == {"a": [1]}


@pytest.mark.parametrize("body", [b"42", b"null", b"true", b'"text"', b"[1]"])
def test_json_values(body: bytes) -> None:
    """JSON needn't be an object."""
    assert event({"content-type": "application/json"}, body)["data"] == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b'"\xff"', b"{} x", b"[" * 100_000, b"1" * 10_000),
        *(b"NaN", b"[Infinity]", b'{"a": -Infinity}', b" \n"),
    ],
)
def test_malformed_json(body: bytes) -> None:
    """Malformed JSON is refused."""
    with pytest.raises(RequestError) as caught:
        event({"content-type": "application/json"}, body)
    assert caught.value.status == 400


def test_empty_json() -> None:
    """An empty body is None, as in the Kubeless runtime."""
    assert event({"content-type": "application/json"})["data"] is None


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", ""])
def test_bytes(kind: str) -> None:
    """Other types are bytes, as in the Kubeless runtime."""
    assert event({"content-type": kind}, b"\x00\xff\n")["data"] == b"\x00\xff\n"


def test_fields() -> None:
    """The fields come from the headers of their names, and are None without."""
    assert event({"event-id": "1"}).items() >= {**dict.fromkeys(FIELDS), "event-id": "1"}.items()
    assert create_event(lambda name: None, b"", "request")["extensions"] == {"request": "request"}


def test_binary_cloud_event() -> None:
    """Attributes are headers, percent-encoded; the data is the body's."""
    made = event({**CLOUD, "content-type": "application/json"}, b"[1]")
    assert [made[field] for field in FIELDS] == ["1", "made", "2026-01-02T03:04:05Z", "/a b"]
    assert made["data"] == [1]


def test_structured_cloud_event() -> None:
    """Attributes and data are in the envelope."""
    kind = {"content-type": "application/cloudevents+json; charset=utf-8"}
    made = event(kind, json.dumps({**ENVELOPE, "data": {"a": 1}}).encode())
    assert [made[field] for field in FIELDS] == ["1", "made", "2026-01-02T03:04:05Z", "/a%20b"]
    assert made["data"] == {"a": 1}
    assert event(kind, json.dumps(ENVELOPE).encode())["data"] is None
    encoded = json.dumps({**ENVELOPE, "data_base64": "AP8="}).encode()
    assert event(kind, encoded)["data"] == b"\x00\xff"


@pytest.mark.parametrize(
    "change", [{"id": None}, {"source": ""}, {"type": 1}, {"specversion": "2.0"}]
)
def test_malformed_cloud_event(change: dict[str, Any]) -> None:
    """A missing attribute or another version is refused in both modes."""
    attributes = {k: v for k, v in {**ENVELOPE, **change}.items() if v is not None}
    with pytest.raises(RequestError):
        event({"content-type": "application/cloudevents+json"}, json.dumps(attributes).encode())
    if all(isinstance(value, str) for value in attributes.values()):
        with pytest.raises(RequestError):
            event({f"ce-{name}": value for name, value in attributes.items()})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"specversion": 1}'])
def test_malformed_envelope(body: bytes) -> None:
    """An envelope that is no CloudEvent is refused."""
    with pytest.raises(RequestError):
        event({"content-type": "application/cloudevents+json"}, body)


@pytest.mark.parametrize("data", ["?", 1, "ü"])
def test_malformed_base64(data: object) -> None:
    """Data that can't be decoded is refused."""
    with pytest.raises(RequestError, match="400"):
        event(
            {"content-type": "application/cloudevents+json"},
            json.dumps({**ENVELOPE, "data_base64": data}).encode(),
        )


def test_context() -> None:
    """The context tells the settings."""
    settings = Settings("m", "handler", timeout=1.5, runtime="r", memory_limit="1Mi")
    assert create_context(settings) == {
        "function-name": "handler",
        "timeout": 1.5,
        "runtime": "r",
        "memory-limit": "1Mi",
    }
