"""HTTP on one connection: a request's bytes in, the WSGI application's answer out.

The only module that knows cheroot, of which it takes the writing of answers and the WSGI gateway;
accepting and scheduling are the supervisor's.
"""

import functools
import re
import time
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPRequest
from cheroot.wsgi import Gateway_10

from serverkit.access_log import Entry, trace_id
from serverkit.body import read_chunked, read_known
from serverkit.errors import ConnectionLostError, RequestError
from serverkit.head import Head
from serverkit.pieces import StreamBrokenError, write_traceback
from serverkit.stream import Reader, Writer
from serverkit.wire import answer, http_date, own_body

SERVER_NAME = b"serverkit"
_CONNECTION_FIELDS = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"te"),
        *(b"trailer", b"transfer-encoding", b"upgrade"),
    )
)
_QUOTED_SLASH = re.compile(rb"%2F", re.IGNORECASE)


@functools.lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    """Return the `Date` header of a second."""
    return http_date(second).encode("ascii")


class Outcome(NamedTuple):
    """What became of a request."""

    status: int
    size: int  # bytes of the answer's body
    keep: bool  # whether the connection can serve another request
    broken: bool = False  # whether an answer was begun that can't be ended
    failed: bool = False  # whether that is the function's fault


class Connection:
    """What cheroot's request expects of a connection."""

    ssl_env = None

    def __init__(self, reader: Reader, writer: Writer, address: tuple[str, int]) -> None:
        self.rfile = reader
        self.wfile = writer
        self.remote_addr, self.remote_port = address


class Server:
    """What cheroot's request expects of a server: there is no socket behind it."""

    protocol = "HTTP/1.1"
    software = server_name = SERVER_NAME.decode("ascii")
    ssl_adapter = None
    can_add_keepalive_connection = True

    def __init__(
        self, wsgi_app: Any, port: int, body_limit: int, idle_timeout: float = 120.0
    ) -> None:
        self.wsgi_app = wsgi_app
        self.timeout = int(idle_timeout)
        self.bind_addr = ("", port)
        self.body_limit = body_limit


class Request(HTTPRequest):
    """One request; differs from cheroot's in how it refuses and in when it sends."""

    refused: int = 0
    size: int = 0
    head: Head

    def parse_request(self) -> None:
        """Read the head; `ready` says whether it is right. Cheroot's own parser is too lax."""
        data = self.conn.rfile.head()
        try:
            self.head = head = Head(data)
        except RequestError as error:
            self.refuse(error.status, head_only=data.startswith(b"HEAD "))
            return
        self.method, self.uri = head.method, head.path
        if head.query or b"?" in head.target:
            self.uri += b"?" + head.query
        # A quoted slash separates nothing, as in cheroot.
        self.path = b"%2F".join(map(unquote_to_bytes, _QUOTED_SLASH.split(head.path)))
        self.qs = head.query
        self.request_protocol = head.protocol
        # HTTP-24: what is newer than 1.1 is taken as that.
        self.response_protocol = "HTTP/1.0" if head.protocol == b"HTTP/1.0" else "HTTP/1.1"
        self.inheaders = head.headers
        self.chunked_read, self.close_connection = head.chunked, head.close
        self.ready = True

    def read_body(self) -> None:
        """Read the body whole before the call, whose deadline it must not use up."""
        head, reader, limit = self.head, self.conn.rfile, self.server.body_limit
        if head.expects and head.length <= limit:
            self.conn.wfile.send_interim(b"HTTP/1.1 100 Continue\r\n\r\n")
        if head.chunked:
            body = read_chunked(reader, limit)
            del self.inheaders[b"transfer-encoding"]
        else:
            body = read_known(reader, head.length, limit)
        self.inheaders[b"content-length"] = b"%d" % len(body)
        self.rfile = BytesIO(body)

    @property
    def answer_status(self) -> int:
        """The status of the answer, 499 where the client left before there was one."""
        return self.refused or int(self.status[:3] or 499)

    def refuse(self, status: int, *, head_only: bool = False) -> None:
        """Answer without a call, and close."""
        self.refused = status
        self.close_connection = True
        self.size = 0 if head_only else len(own_body(status))
        self.conn.wfile.hold(answer(status, head_only=head_only))
        with suppress(ConnectionLostError):  # who has left needs no refusal
            self.conn.wfile.flush()

    def simple_response(self, status: str, msg: str = "") -> None:
        """Refuse what cheroot's gateway has found wrong."""
        self.refuse(int(status[:3]))

    def send_headers(self) -> None:
        """Add the headers that are ours and keep them for the first piece of the body."""
        names = {name.lower() for name, _ in self.outheaders}
        if not names.isdisjoint(_CONNECTION_FIELDS):
            self.drop_connection_fields()
        if b"date" not in names:
            self.outheaders.append((b"Date", _date(int(time.time()))))
        wfile = self.conn.wfile
        self.conn.wfile = _Holder(wfile)
        super().send_headers()
        self.conn.wfile = wfile

    def drop_connection_fields(self) -> None:
        """Leave out what tells of a connection: a function may hand on its upstream's headers."""
        self.close_connection |= any(
            name.lower() == b"connection" and value.lower() == b"close"
            for name, value in self.outheaders
        )
        self.outheaders = [
            field for field in self.outheaders if field[0].lower() not in _CONNECTION_FIELDS
        ]


class _Holder:
    """Takes the headers from cheroot."""

    def __init__(self, writer: Writer) -> None:
        self.write = writer.hold


class Gateway(Gateway_10):
    """Cheroot's WSGI gateway, which counts what it sends."""

    def write(self, chunk: bytes) -> None:
        """Send a piece of the body."""
        self.req.size += len(chunk)
        if self.remaining_bytes_out is not None and self.req.size > self.remaining_bytes_out:
            raise ValueError("the answer is longer than its `Content-Length`")
        super().write(chunk)

    def is_short(self) -> bool:
        """Whether less was sent than `Content-Length` has promised."""
        declared = self.remaining_bytes_out
        has_body = self.req.method != b"HEAD" and self.req.status[:3] not in (b"204", b"304")
        return has_body and declared is not None and self.req.size < declared


def entry_of(request: Request) -> Entry:
    """Return what the access log needs to know of a request."""
    head = request.head

    def text(name: bytes) -> str:
        return head.headers.get(name, b"").decode("latin-1")

    parent = text(b"traceparent")
    return Entry(
        request.conn.remote_addr,
        head.method.decode("latin-1"),
        head.target.decode("latin-1"),
        head.protocol.decode("latin-1"),
        text(b"referer"),
        text(b"user-agent"),
        trace_id(parent) if parent else "",
    )


def respond(request: Request) -> Outcome:
    """Read the body of a parsed request, run the application, send its answer."""
    writer: Writer = request.conn.wfile
    try:
        request.read_body()
        gateway = Gateway(request)
        gateway.respond()
        if request.chunked_write:
            writer.write(b"0\r\n\r\n")
        writer.flush()
        if gateway.is_short():
            return Outcome(request.answer_status, request.size, keep=False, broken=True)
    except RequestError as error:
        request.refuse(error.status, head_only=request.method == b"HEAD")
    except ConnectionLostError:
        return Outcome(request.answer_status, request.size, keep=False, broken=True)
    except Exception as error:
        if not isinstance(error, StreamBrokenError):
            write_traceback(error)
        if writer.has_sent():
            # An answer that breaks off is not ended as if it were whole, as in TIMEOUT-13.
            if request.response_protocol == "HTTP/1.0":
                writer.break_off()
            return Outcome(request.answer_status, request.size, False, broken=True, failed=True)
        request.refuse(500, head_only=request.method == b"HEAD")
    status = request.answer_status
    keep = not request.close_connection
    return Outcome(status, request.size, keep, failed=status >= 500)
