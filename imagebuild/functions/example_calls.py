"""Makes an example's calls and compares the answers with the expected ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagebuild.functions.examples import Answer, Request

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Received:
    """An answer as it came. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    def differences(self, expected: Answer) -> list[str]:
        """Return what is not as expected, one sentence each; none when all is."""
        found = []
        if self.status != expected.status:
            found.append(f"status `{self.status}` instead of `{expected.status}`")
        for name, value in expected.headers.items():
            if self.headers.get(name.lower()) != value:
                found.append(f"{name} `{self.headers.get(name.lower())}` instead of `{value}`")
        if expected.body is not None and self.text != expected.body:
            found.append(f"body `{self.text}` instead of `{expected.body}`")
        if expected.contains is not None and expected.contains not in self.text:
            found.append(f"body `{self.text}` without `{expected.contains}`")
        if expected.json_body is not None and _parsed(self.text) != expected.json_body:
            found.append(f"body `{self.text}` instead of `{json.dumps(expected.json_body)}`")
        return found


def body_of(request: Request) -> tuple[bytes | None, dict[str, str]]:
    """Return the body of `request`, and its header fields with the type of a JSON body."""
    if request.json_body is None:
        return request.body.encode() if request.body is not None else None, dict(request.headers)
    typed = {"Content-Type": "application/json", **request.headers}
    text = json.dumps(request.json_body, ensure_ascii=False, separators=(",", ":"))
    return text.encode(), typed


def send(url: str, request: Request) -> Received:
    """Send `request` to the server at `url` and return its answer."""
    import httpx

    content, headers = body_of(request)
    answer = httpx.request(
        request.method,
        url.rstrip("/") + request.path,
        headers=headers,
        content=content,
        timeout=TIMEOUT_SECONDS,
    )
    named = {name.lower(): value for name, value in answer.headers.items()}
    return Received(answer.status_code, named, answer.text)


def _parsed(text: str) -> Any:
    """Return the JSON value in `text`, None when it holds none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
