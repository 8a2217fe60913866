"""CloudEvents 1.0 in both modes of the HTTP binding."""

import json
from typing import Any

ATTRIBUTES: dict[str, Any] = {
    "specversion": "1.0",
    "id": "id-1",
    "type": "type-1",
    "source": "/source",
    "time": "2026-01-02T03:04:05Z",
}


def binary(**changes: str | None) -> dict[str, str]:
    """Return the headers of an event, named as `Server.post` wants them; None leaves one out."""
    attributes = {**ATTRIBUTES, **changes}
    return {f"ce_{name}": value for name, value in attributes.items() if value is not None}


def structured(**changes: Any) -> tuple[str, str]:
    """Return body and content type of an event; None leaves an attribute out."""
    attributes = {**ATTRIBUTES, **changes}
    present = {name: value for name, value in attributes.items() if value is not None}
    return json.dumps(present), "application/cloudevents+json"
