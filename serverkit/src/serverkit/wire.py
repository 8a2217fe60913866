"""The little HTTP that the supervisor speaks itself: probes, short answers."""

import re
import time
from http import HTTPStatus

from serverkit.errors import RequestError
from serverkit.head import FIELDS, Head, head_end

SHORT_BODY = 32 * 1024  # bytes of a body that is waited for before a worker is occupied
TEXT = "text/plain; charset=utf-8"
# RESPONSE-15: RFC 9110's phrases; older versions of Python have the one of RFC 7231 for 413.
PHRASES = {status.value: status.phrase for status in HTTPStatus} | {413: "Content Too Large"}

# LIFECYCLE-12, LIFECYCLE-13: any method, and the absolute form too.
_PROBE = re.compile(
    rb"[^ \r\n]+ (?:[Hh][Tt][Tt][Pp][Ss]?://[^/?# \r\n]+)?/(healthz|readyz|metrics)"
    rb"(?:\?[^ \r\n]*)? HTTP/"
)
_STRICT = re.compile(rb"[^\r\n]+\r\n" + FIELDS)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,5})[ \t]*(?=\r)", re.IGNORECASE)
_OPEN = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)


class Probe:
    """A request for `/healthz`, `/readyz` or `/metrics`; `refused` is its status if malformed."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.head_only = data.startswith(b"HEAD ")
        self.refused = 0
        self.keep_alive = False
        try:
            head = Head(data)
        except RequestError as error:
            self.refused = error.status
        else:
            # REQUEST-24: where there is a body, what follows isn't taken for a request.
            self.keep_alive = not (head.close or head.length or head.chunked)


def lacks_body(data: bytes) -> bool:
    """Whether a short body, of known length, is still missing behind its complete head."""
    end = head_end(data)
    head = data[:end]
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or _OPEN.search(head) or not _STRICT.fullmatch(head):
        return False
    return len(data) - end < int(lengths[0]) <= SHORT_BODY


def is_probe(data: bytes | bytearray) -> bool:
    """Whether the data starts with the request line of a probe."""
    return bool(_PROBE.match(data))


def probe(data: bytes | bytearray) -> Probe | None:
    """Return the probe that a complete head asks for, if it is one."""
    match = _PROBE.match(data)
    return Probe(match[1].decode("ascii"), bytes(data[: head_end(data)])) if match else None


def http_date(seconds: float) -> str:
    """Return a time as HTTP writes it."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))


def own_body(status: int) -> bytes:
    """Return the body of an answer that the runtime makes itself (RESPONSE-15)."""
    return f"{PHRASES[status]}\n".encode("ascii")


def answer(
    status: int,
    body: bytes | None = None,
    *,
    content_type: str = TEXT,
    keep_alive: bool = False,
    head_only: bool = False,
) -> bytes:
    """Return a whole answer; without `body`, the status' own phrase."""
    body = own_body(status) if body is None else body
    lines = [
        f"HTTP/1.1 {status} {PHRASES[status]}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        f"Date: {http_date(time.time())}",
        "Access-Control-Allow-Origin: *",  # RESPONSE-14
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if status == 503:
        lines.append("Retry-After: 1")  # CONCURRENCY-9
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("ascii") + (b"" if head_only else body)
