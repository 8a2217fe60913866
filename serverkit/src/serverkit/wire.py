"""The little HTTP that is known outside the server: where a head ends, probes, short answers."""

import re
import time
from http import HTTPStatus

HEAD_LIMIT = 32 * 1024
SHORT_BODY = 32 * 1024  # bytes of a body that is waited for before a worker is occupied
TEXT = "text/plain; charset=utf-8"

_PROBE = re.compile(rb"(GET|HEAD) /(healthz|readyz|metrics)(?:\?[^ \r\n]*)? HTTP/1\.([01])\r\n")
_METHOD = re.compile(rb"[A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]{0,31}(?: |$)|[!-~]{0,32}$")
_STRICT = re.compile(rb"[^\r\n]+\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\x00]*\r\n)*\r\n")
_BODY = re.compile(
    rb"\r\n(?:content-length:(?![ \t]*0+[ \t]*\r)|transfer-encoding:)", re.IGNORECASE
)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,5})[ \t]*(?=\r)", re.IGNORECASE)
_NO_LENGTH = re.compile(rb"\r\ncontent-length:(?![ \t]*[0-9]+[ \t]*\r)", re.IGNORECASE)
_OPEN = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[^\r]*close", re.IGNORECASE)
_KEEP = re.compile(rb"\r\nconnection:[^\r]*keep-alive", re.IGNORECASE)


class Probe:
    """A request for `/healthz`, `/readyz` or `/metrics`."""

    def __init__(self, match: re.Match[bytes], head: bytes) -> None:
        self.name = match[2].decode("ascii")
        self.head_only = match[1] == b"HEAD"
        self.is_broken = bool(_NO_LENGTH.search(head))  # REQUEST-22
        keep = not _CLOSE.search(head) if match[3] == b"1" else bool(_KEEP.search(head))
        # Where there may be a body, what follows isn't taken for a request.
        self.keep_alive = keep and bool(_STRICT.fullmatch(head)) and not _BODY.search(head)


def head_end(data: bytes | bytearray) -> int:
    """Return where the head of a request ends, or -1 where it isn't complete."""
    end = data.find(b"\r\n\r\n")
    if end >= 0:
        return end + 4
    end = data.find(b"\n\n")  # not HTTP, but waiting for more is of no use
    return end + 2 if end >= 0 else -1


def lacks_body(data: bytes) -> bool:
    """Whether a short body, of known length, is still missing behind its complete head."""
    end = head_end(data)
    head = data[:end]
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or _OPEN.search(head) or not _STRICT.fullmatch(head):
        return False
    return len(data) - end < int(lengths[0]) <= SHORT_BODY


def is_plausible(data: bytes | bytearray) -> bool:
    """Whether the bytes may become an HTTP request (REQUEST-22)."""
    return bool(_METHOD.match(data[:40]))


def is_probe(data: bytes | bytearray) -> bool:
    """Whether the data starts with the request line of a probe."""
    return bool(_PROBE.match(data))


def probe(data: bytes | bytearray) -> Probe | None:
    """Return the probe that a complete head asks for, if it is one."""
    match = _PROBE.match(data)
    return Probe(match, bytes(data[: head_end(data)])) if match else None


def http_date(seconds: float) -> str:
    """Return a time as HTTP writes it."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))


def answer(
    status: int,
    body: bytes | None = None,
    *,
    content_type: str = TEXT,
    keep_alive: bool = False,
    head_only: bool = False,
) -> bytes:
    """Return a whole answer; without `body`, the status' own phrase."""
    phrase = HTTPStatus(status).phrase
    body = phrase.encode("ascii") if body is None else body
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        f"Date: {http_date(time.time())}",
        "Access-Control-Allow-Origin: *",  # RESPONSE-14
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if status == 503:
        lines.append("Retry-After: 1")  # CONCURRENCY-4
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("ascii") + (b"" if head_only else body)
