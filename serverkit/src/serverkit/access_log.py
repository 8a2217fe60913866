"""The access log: one line a request (OBSERVABILITY-6, -7). Only this module knows its library."""

import json
import re
import time
from typing import NamedTuple, Protocol

from requestlogger import ApacheFormatter

_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f-\x9f]')
_FIELD = re.compile(rb"\r\n(referer|user-agent|traceparent):[ \t]*([^\r\n]*)", re.IGNORECASE)
_apache = ApacheFormatter(with_response_time=False)


class Entry(NamedTuple):
    """What the log needs to know of a request; all texts hold latin-1 only."""

    remote_address: str = "-"
    method: str = "-"
    target: str = "-"
    protocol: str = "-"
    referer: str = ""
    user_agent: str = ""
    traceparent: str = ""

    def encode(self) -> bytes:
        """Return it as bytes, for shared memory."""
        return "\n".join(self).encode("latin-1", "replace")

    @classmethod
    def decode(cls, data: bytes) -> "Entry":
        """Return what `encode` was given; of cut data, what is there."""
        return cls(*data.decode("latin-1").split("\n")[:7])

    @classmethod
    def of_head(cls, remote_address: str, head: bytes) -> "Entry":
        """Return what can be told from a head that was never parsed."""
        head = head.partition(b"\r\n\r\n")[0]
        words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        fields = {
            name.lower().replace(b"-", b"_").decode("ascii"): value.decode("latin-1")
            for name, value in _FIELD.findall(head)
        }
        line = words if len(words) == 3 else []
        return cls(remote_address, *line)._replace(**fields)

    def cut(self, length: int) -> "Entry":
        """Return it with no text longer than `length`."""
        return Entry(*(text[:length] for text in self))


class LineMaker(Protocol):
    """A format of the access log."""

    def __call__(self, entry: Entry, status: int, size: int, seconds: float) -> str:
        """Return the line of a request, its newline included."""


def apache_line(entry: Entry, status: int, size: int, seconds: float) -> str:
    """Return a line in Apache's combined format."""
    environ = {
        "REMOTE_ADDR": entry.remote_address,
        "REQUEST_METHOD": _safe(entry.method),
        "PATH_INFO": _safe(entry.target),
        "SERVER_PROTOCOL": _safe(entry.protocol),
        "HTTP_REFERER": _safe(entry.referer or "-"),
        "HTTP_USER_AGENT": _safe(entry.user_agent or "-"),
    }
    return f"{_apache(status, environ, size)}\n"


def json_line(entry: Entry, status: int, size: int, seconds: float) -> str:
    """Return a line that is one JSON object."""
    now = time.time()
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    fields = {
        "time": f"{second}.{int(now % 1 * 1000):03}Z",
        "remote_address": entry.remote_address,
        "method": entry.method,
        "path": entry.target,
        "status": status,
        "bytes": size,
        "duration_seconds": round(seconds, 6),
        "user_agent": entry.user_agent or None,
        "trace_id": trace_id(entry.traceparent),
    }
    return json.dumps(fields) + "\n"


def trace_id(traceparent: str) -> str | None:
    """Return the trace ID of a W3C `traceparent`, or None (OBSERVABILITY-11)."""
    match = _TRACE.match(traceparent.strip())
    return match[1] if match else None


def line_maker(log_format: str) -> LineMaker:
    """Return the format of that name."""
    return json_line if log_format == "json" else apache_line


def _safe(text: str) -> str:
    """Escape what would let a client forge the log, as Apache does."""
    return _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
