"""HTTP on one connection: a request's bytes in, the WSGI application's answer out.

The only module that knows cheroot, of which it takes the parser and the WSGI gateway; accepting
and scheduling are the supervisor's.
"""

import re
import time
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPRequest
from cheroot.wsgi import Gateway_10

from serverkit.access_log import Entry
from serverkit.body import read_chunked, read_known
from serverkit.errors import ConnectionLostError, RequestError
from serverkit.headers import check_framing, http_date, read_headers
from serverkit.pieces import StreamBrokenError, write_traceback
from serverkit.stream import Reader, Writer
from serverkit.wire import answer

SERVER_NAME = b"serverkit"
_QUOTED_SLASH = re.compile(rb"%2F", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Z-]+) (/[!-\"$-~]*|\*) (HTTP/[0-9]\.[0-9])\r\n")


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
    max_request_header_size = 0  # the supervisor has the head's size bounded
    max_request_body_size = 0  # see `body`
    timeout = 75
    can_add_keepalive_connection = True

    def __init__(self, wsgi_app: Any, port: int, body_limit: int) -> None:
        self.wsgi_app = wsgi_app
        self.bind_addr = ("", port)
        self.body_limit = body_limit


class Request(HTTPRequest):
    """One request; differs from cheroot's in how it refuses and in when it sends."""

    refused: int = 0
    size: int = 0

    def parse_request(self) -> None:
        """Read request line and headers; `ready` says whether they are right."""
        self.rfile = self.conn.rfile
        self.ready = self.read_request_line() and bool(
            self.read_request_headers()  # type: ignore[no-untyped-call]
        )

    def read_request_line(self) -> bool:
        """Read the request line; unlike cheroot, take no path for a host (REQUEST-2)."""
        match = _REQUEST_LINE.fullmatch(self.rfile.readline())
        if not match or (match[2] == b"*" and match[1] != b"OPTIONS"):
            self.refuse(400, "Bad Request: malformed request line")
        elif match[3] not in (b"HTTP/1.0", b"HTTP/1.1"):
            self.refuse(505, "HTTP Version Not Supported")
        elif match[1] == b"CONNECT":
            self.refuse(405, "Method Not Allowed")
        else:
            self.method, self.uri, self.request_protocol = match.groups()
            self.response_protocol = self.request_protocol.decode("ascii")
            path, _, self.qs = self.uri.partition(b"?")
            # As in cheroot: a quoted slash separates nothing.
            self.path = b"%2F".join(map(unquote_to_bytes, _QUOTED_SLASH.split(path)))
        return not self.refused

    def header_reader(self, reader: Reader, headers: dict[bytes, bytes]) -> None:
        """Fill `headers`; raises ValueError, which is answered 400."""
        read_headers(reader, headers)
        check_framing(headers, self.response_protocol)

    def read_body(self) -> None:
        """Read the body whole before the call, whose deadline it must not use up."""
        if (
            self.inheaders.get(b"Expect") == b"100-CONTINUE"
            and self.declared <= self.server.body_limit
        ):
            self.conn.wfile.send_interim(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.chunked_read:
            body = read_chunked(self.conn.rfile, self.server.body_limit)
            self.inheaders.pop(b"Transfer-Encoding", None)
        else:
            body = read_known(self.conn.rfile, self.declared, self.server.body_limit)
        self.inheaders[b"Content-Length"] = b"%d" % len(body)
        self.rfile = BytesIO(body)

    @property
    def answer_status(self) -> int:
        """The status of the answer, 499 where the client left before there was one."""
        return self.refused or int(self.status[:3] or 499)

    @property
    def declared(self) -> int:
        """The length of the body that the request declares."""
        return int(self.inheaders.get(b"Content-Length", 0))

    def refuse(self, status: int, text: str) -> None:
        """Answer without a call, and close."""
        self.refused = status
        self.close_connection = True
        body = text.encode("utf-8")
        self.size = len(body)
        self.conn.wfile.hold(answer(status, body))
        with suppress(ConnectionLostError):  # who has left needs no refusal
            self.conn.wfile.flush()

    def simple_response(self, status: str, msg: str = "") -> None:
        """Refuse what cheroot has found wrong."""
        self.refuse(int(status[:3]), msg or status[4:])

    def send_headers(self) -> None:
        """Add the headers that are ours and keep them for the first piece of the body."""
        self.outheaders.append((b"Date", http_date(int(time.time()))))
        if any(n.lower() == b"connection" and v.lower() == b"close" for n, v in self.outheaders):
            self.close_connection = True
        wfile = self.conn.wfile
        self.conn.wfile = _Holder(wfile)
        super().send_headers()
        self.conn.wfile = wfile


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
    headers = request.inheaders

    def text(name: bytes) -> str:
        return str(headers.get(name, b"").decode("latin-1"))

    return Entry(
        request.conn.remote_addr,
        request.method.decode("latin-1"),
        request.uri.decode("latin-1"),
        request.request_protocol.decode("latin-1"),
        text(b"Referer"),
        text(b"User-Agent"),
        text(b"Traceparent"),
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
        request.refuse(error.status, error.text)
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
        request.refuse(500, "Internal Server Error")
    status = request.answer_status
    keep = not request.close_connection
    return Outcome(status, request.size, keep, failed=status >= 500)
