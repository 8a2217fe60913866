"""The access log: one line a request (OBSERVABILITY-6, -7). Only this module knows its library."""

import json
import re
import time
from typing import NamedTuple, Protocol

from requestlogger import ApacheFormatter

# OBSERVABILITY-13: nothing may follow in version 00.
_TRACE = re.compile(
    r"(?!ff)(?:00|((?!00)[0-9a-f]{2}))-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?(1)(?:-.*)?)"
)
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) ([!-~\x80-\xff]+)(?=\r\n|\Z)")
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f-\x9f]')
_FIELD = re.compile(rb"\r\n(referer|user-agent|traceparent):[ \t]*([^\r\n]*)", re.IGNORECASE)
_apache = ApacheFormatter(with_response_time=False)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# OBSERVABILITY-16: bytes of each text that process 1 knows of a request, in the order of `Entry`.
_BOUNDS = (64, 64, 2048, 16, 768, 768, 32)
SHORT_BOUNDS = (64, 16, 1024, 16, 384, 384, 32)


class Entry(NamedTuple):
    """What the log needs to know of a request; all texts hold latin-1 only."""

    remote_address: str = "-"
    method: str = "-"
    target: str = "-"
    protocol: str = "-"
    referer: str = ""
    user_agent: str = ""
    trace_id: str = ""

    def encode(self) -> bytes:
        """Return it as bytes, for shared memory: each text cut to its bound."""
        return "\n".join(self.cut(_BOUNDS)).encode("latin-1", "replace")

    @classmethod
    def decode(cls, data: bytes) -> "Entry":
        """Return the entry that `encode` has made bytes of."""
        return cls(*data.decode("latin-1").split("\n"))

    @classmethod
    def of_head(cls, remote_address: str, head: bytes) -> "Entry":
        """Return what can be told from a head that was never parsed."""
        head = head.partition(b"\r\n\r\n")[0]
        # HTTP-32: method and target as far as they could be read
        match = _LINE.match(head)
        line = [part.decode("latin-1") for part in match.groups()] if match else []
        found: dict[str, list[str]] = {}
        for name, value in _FIELD.findall(head):
            text = value.strip(b" \t").decode("latin-1")
            found.setdefault(name.lower().decode("ascii"), []).append(text)
        traces = found.get("traceparent", [])
        return cls(remote_address, *line)._replace(
            referer=", ".join(found.get("referer", [])),
            user_agent=", ".join(found.get("user-agent", [])),
            trace_id=trace_id(traces[0]) if len(traces) == 1 else "",
        )

    def cut(self, bounds: tuple[int, ...]) -> "Entry":
        """Return it with no text longer than its bound."""
        return Entry(*(text[:bound] for text, bound in zip(self, bounds, strict=True)))


class LineMaker(Protocol):
    """A format of the access log."""

    def __call__(self, entry: Entry, status: int, size: int, seconds: float) -> str:
        """Return the line of a request, its newline included.

        `seconds` is the time since the request was received (OBSERVABILITY-15).
        """


def apache_line(entry: Entry, status: int, size: int, seconds: float) -> str:
    """Return a line in Apache's combined format."""
    # The month by hand, because strftime's is that of the locale.
    moment = time.gmtime(time.time() - seconds)  # OBSERVABILITY-14
    date = f"{moment.tm_mday:02}/{_MONTHS[moment.tm_mon - 1]}/{moment.tm_year}"
    clock = f"{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}"
    environ = {
        "REMOTE_ADDR": entry.remote_address,
        "REQUEST_METHOD": _safe(entry.method),
        "PATH_INFO": _safe(entry.target),
        "SERVER_PROTOCOL": _safe(entry.protocol),
        "HTTP_REFERER": _safe(entry.referer or "-"),
        "HTTP_USER_AGENT": _safe(entry.user_agent or "-"),
    }
    # The library's own time is local and that of the answer's end.
    host, _, line = _apache(status, environ, size).partition("[")
    return f"{host}[{date}:{clock} +0000{line[line.index(']') :]}\n"


def json_line(entry: Entry, status: int, size: int, seconds: float) -> str:
    """Return a line that is one JSON object."""
    received = time.time() - seconds  # OBSERVABILITY-14
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(received))
    fields = {
        "time": f"{second}.{int(received % 1 * 1000):03}Z",
        "remote_address": entry.remote_address,
        "method": entry.method,
        "path": entry.target,
        "status": status,
        "bytes": size,
        "duration_seconds": round(seconds, 6),
        "user_agent": entry.user_agent or None,
        "trace_id": entry.trace_id or None,
    }
    return json.dumps(fields) + "\n"


def trace_id(traceparent: str) -> str:
    """Return the trace ID of a W3C `traceparent`, or an empty text (OBSERVABILITY-11, -13)."""
    match = _TRACE.fullmatch(traceparent)
    return match[2] if match else ""


def line_maker(log_format: str) -> LineMaker:
    """Return the format of that name."""
    return json_line if log_format == "json" else apache_line


def _safe(text: str) -> str:
    """Escape what would let a client forge the log, as Apache does."""
    return _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
