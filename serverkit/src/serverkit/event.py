"""The event and the context that a function gets, made from a request's headers and body."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from serverkit.content import text_of
from serverkit.errors import RequestError
from serverkit.settings import Settings

Header = Callable[[str], str | None]
FIELDS = ("event-id", "event-type", "event-time", "event-namespace")
_ATTRIBUTES = dict(zip(("id", "type", "time", "source"), FIELDS, strict=True))
_REQUIRED = ("specversion", "id", "source", "type")


def create_event(header: Header, body: bytes, request: object) -> dict[str, Any]:
    """Return the event of one request.

    `header` returns a header's value by its lower-case name, or None. `request` is the native
    request, handed on as `extensions`. Raises RequestError: 400 for malformed JSON (REQUEST-7) and
    malformed CloudEvents (REQUEST-20), 415 for JSON in an unknown charset (REQUEST-34).
    """
    content_type = header("content-type") or ""
    if media_type(content_type) == "application/cloudevents+json":
        fields, data = _structured(body, content_type)
    elif any(header(f"ce-{name}") is not None for name in _REQUIRED):  # REQUEST-25
        fields, data = _binary(header), parse(content_type, body)
    else:
        # REQUEST-4: a missing header is a field of value None.
        fields, data = {field: header(field) for field in FIELDS}, parse(content_type, body)
    return {"data": data, **fields, "extensions": {"request": request}}


def create_context(settings: Settings) -> dict[str, Any]:
    """Return the context, the same for all calls."""
    return {
        "function-name": settings.handler,
        "timeout": settings.timeout,
        "runtime": settings.runtime,
        "memory-limit": settings.memory_limit,
    }


def media_type(content_type: str) -> str:
    """Return the media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def parse(content_type: str, body: bytes) -> Any:
    """Return the data of a body: parsed where its type is JSON's, else its bytes as they came."""
    kind = media_type(content_type)
    # REQUEST-5; REQUEST-8: no body at all is None, as the Kubeless runtime had it.
    if kind == "application/json" or kind.endswith("+json"):
        return parse_json(body, content_type) if body else None
    return body


def parse_json(body: bytes, content_type: str) -> Any:
    """Parse JSON in the charset of its type; raises RequestError 400, or 415 (REQUEST-34)."""
    text = text_of(body, content_type)
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # REQUEST-38: too deep, or an integer of too many digits
        raise RequestError(400) from None


def _refuse_constant(name: str) -> None:
    """Refuse `NaN` and the infinities, which JSON doesn't have (REQUEST-7)."""
    raise ValueError(name)


def _binary(header: Header) -> dict[str, str | None]:
    """Return the event's fields from `ce-` headers (REQUEST-18, REQUEST-26)."""
    attributes = {name: header(f"ce-{name}") for name in ("specversion", *_ATTRIBUTES)}
    _check(attributes)
    return {
        field: None if (value := attributes[name]) is None else unquote(value)
        for name, field in _ATTRIBUTES.items()
    }


def _structured(body: bytes, content_type: str) -> tuple[dict[str, Any], Any]:
    """Return the event's fields and data from a CloudEvents envelope (REQUEST-19)."""
    envelope = parse_json(body, content_type)
    if not isinstance(envelope, dict):
        raise RequestError(400)
    _check(envelope)
    fields = {field: envelope.get(name) for name, field in _ATTRIBUTES.items()}
    if "data_base64" not in envelope:
        return fields, envelope.get("data")
    try:
        return fields, base64.b64decode(envelope["data_base64"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise RequestError(400) from None


def _check(attributes: dict[str, Any]) -> None:
    """Refuse an event without a required attribute or of another major version (REQUEST-20)."""
    for name in _REQUIRED:
        value = attributes.get(name)
        if not isinstance(value, str) or not value:
            raise RequestError(400)
    if attributes["specversion"].partition(".")[0] != "1":
        raise RequestError(400)
