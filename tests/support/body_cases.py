"""The table of bodies in odd codings and charsets, and what it takes to try them on a runtime."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from tests.support.events import binary
from tests.support.server import Server

PATH = Path(__file__).parent.parent / "contract" / "body_cases.json"
ENVELOPE = "application/cloudevents+json"
MARK = "\ufeff"


def _members(content: bytes) -> bytes:
    half = len(content) // 2
    return gzip.compress(content[:half]) + gzip.compress(content[half:])


def _raw_deflate(content: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(content) + made.flush()


def _of_a_file(content: bytes) -> bytes:
    made = gzip.compress(content)
    return made[:3] + b"\x08" + made[4:10] + b"file.json\0" + made[10:]


def _damage(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "gzip of a file": _of_a_file,
    "members": _members,
    "zlib": zlib.compress,
    "raw deflate": _raw_deflate,
    "cut": lambda content: content[:-3],
    "more": lambda content: content + b"more",
    "one more": lambda content: content + b"x",
    "zeros": lambda content: content + bytes(16),
    "damage": _damage,
}
"""The steps of `encode` that are no charsets."""


@dataclass(frozen=True)
class Case:
    """One line of the table; `statuses` are those that it may be answered with."""

    name: str
    clause: str
    text: str
    steps: Sequence[str]
    media: str
    codings: Sequence[str]
    """The values of Content-Encoding, one a field."""
    statuses: Sequence[int]

    @cached_property
    def content(self) -> bytes:
        """The body before its content coding."""
        charsets = [step for step in self.steps if step not in CODINGS]
        return self.text.encode(charsets[0] if charsets else "utf-8", "surrogatepass")

    @cached_property
    def body(self) -> bytes:
        """The body as it is sent."""
        made = self.content
        for step in self.steps:
            made = CODINGS[step](made) if step in CODINGS else made
        return made

    @property
    def is_json(self) -> bool:
        """Whether the function gets it parsed, or as the text of JSON."""
        return self.media.partition(";")[0].rstrip().endswith("json")

    @property
    def data(self) -> Any:
        """What JSON the function must see; None for a body without bytes."""
        if not self.text:
            return None
        value = json.loads(self.text.removeprefix(MARK))
        return value["data"] if self.media.startswith(ENVELOPE) else value


def _case(entry: Mapping[str, Any]) -> Case:
    text = "".join(piece * count for piece, count in entry.get("pieces", []))
    coding, status = entry.get("coding", []), entry.get("status", 200)
    return Case(
        entry["name"],
        entry["clause"],
        entry.get("text", text),
        entry.get("encode", []),
        entry.get("type", "application/json"),
        [coding] if isinstance(coding, str) else coding,
        [status] if isinstance(status, int) else status,
    )


def load() -> list[Case]:
    """Return all cases of the table."""
    return [_case(entry) for entry in json.loads(PATH.read_text(encoding="utf-8"))]


CASES = load()


def clauses(cases: Iterable[Case]) -> list[str]:
    """Return the clauses of `cases`, each once."""
    return list(dict.fromkeys(case.clause for case in cases))


def send(server: Server, case: Case, manner: str) -> httpx.Response:
    """Send a case by its length, in chunks, or as a CloudEvent in binary mode (`event`)."""
    headers = [("Content-Type", case.media), *(("Content-Encoding", c) for c in case.codings)]
    if manner == "event":
        headers += [(name.replace("_", "-"), value) for name, value in binary().items()]
    half = len(case.body) // 2
    pieces = iter([piece for piece in (case.body[:half], case.body[half:]) if piece])
    return server.request(
        "POST", headers=headers, content=pieces if manner == "chunked" else case.body
    )


def manners(case: Case) -> list[str]:
    """Return the manners in which a case can be sent."""
    return ["length", "chunked", *([] if case.media.startswith(ENVELOPE) else ["event"])]


def has_seen(case: Case, data: object) -> bool:
    """Whether `data`, as the function saw it, is the JSON that was sent, or its text."""
    if not case.text and data in (None, ""):
        return True
    try:
        return data == case.data or (isinstance(data, str) and json.loads(data) == case.data)
    except ValueError:
        return False


def is_echo(case: Case, content: bytes) -> bool:
    """Whether `content` is the text that was sent, decoded without its mark, or its bytes."""
    return content in (case.text.removeprefix(MARK).encode(), case.content)
