"""The WSGI application around one function. The only module that knows Bottle."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import bottle

from serverkit.calls import CallWatch, NoWatch
from serverkit.coroutines import Coroutines
from serverkit.errors import RequestError
from serverkit.event import create_context, create_event
from serverkit.loader import Function
from serverkit.pieces import Pieces, close, encoded, write_traceback
from serverkit.settings import Settings
from serverkit.wire import PHRASES, TEXT, own_body
from serverkit.wsgi import ALLOW_ORIGIN, Environ, header_reader, is_preflight, preflight, read_body

StartResponse = Callable[..., Any]
_JSON_TYPES = (bool, int, float, dict)
_SINGLE_TYPES = (str, bytes, bytearray, memoryview)


class FunctionApp(bottle.Bottle):  # type: ignore[misc]
    """A Bottle application with one handler for every method and path (REQUEST-1, REQUEST-2).

    Routing is left out. `bottle.request` and `bottle.response` are bound as in any Bottle
    application, and what Bottle can answer can be returned.
    """

    def __init__(
        self, function: Function, settings: Settings, watch: CallWatch, coroutines: Coroutines
    ) -> None:
        super().__init__()
        self.config["catchall"] = False
        self.function = function
        self.settings = settings
        self.watch = watch
        self.coroutines = coroutines
        # Forms and `request.json` may be as large as a body may be (REQUEST-13).
        bottle.BaseRequest.MEMFILE_MAX = settings.body_limit

    def wsgi(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        environ["bottle.app"] = self
        bottle.request.bind(environ)
        response = bottle.response
        response.bind()
        bind_other_bottle(environ)
        if is_preflight(environ):  # RESPONSE-13
            answer: Any = bottle.HTTPResponse("", 204, preflight(environ))
        else:
            answer = self.refuse_or_call(environ)
        body: Iterable[bytes] = self._cast(answer)
        if isinstance(body, list):
            self.watch.returned()
        if ALLOW_ORIGIN not in response.headers:
            response.headers[ALLOW_ORIGIN] = "*"  # RESPONSE-14
        # RESPONSE-7 and RESPONSE-8: headers only.
        if response.status_code in (204, 304) or environ["REQUEST_METHOD"] == "HEAD":
            close(body)
            body = []
        start_response(response.status_line, response.headerlist)
        return body

    def refuse_or_call(self, environ: Environ) -> Any:
        """Return the function's answer, or the one of a request that doesn't reach it."""
        try:
            body = read_body(environ, self.settings.body_limit)
            event = create_event(header_reader(environ), body, bottle.request)
        except RequestError as error:
            return plain(error.status, error.headers)
        self.watch.begin()
        try:
            return self.convert(self.coroutines.finish(self.function(event, self.context)))
        except bottle.HTTPResponse as response:
            return self.convert(response)
        except SystemExit:
            raise  # FAILURE-4: the process ends, and the supervisor answers 500
        except BaseException as error:
            if is_response(error):
                return self.convert(error)
            # RESPONSE-11 and RESPONSE-12: the whole trace to stderr, none of it to the client.
            write_traceback(error)
            return plain(500)

    @property
    def context(self) -> dict[str, Any]:
        """A context of its own for each call, so that none can spoil it for the next."""
        return create_context(self.settings)

    def convert(self, value: Any) -> Any:
        """Turn what a handler has returned into what Bottle can send.

        Raises TypeError or ValueError for a value that can't be serialised (RESPONSE-10).
        """
        if isinstance(value, str):
            return value
        if value is None:
            return b""  # RESPONSE-4
        if isinstance(value, _SINGLE_TYPES):
            return bytes(value)  # type: ignore[arg-type]  # no text: that was returned above
        if is_response(value):
            return self.convert_response(value)
        if hasattr(value, "read"):
            return self.first_piece(bottle.WSGIFileWrapper(value))
        if hasattr(value, "__next__"):
            return self.first_piece(value)
        text = json.dumps(value, allow_nan=False)  # RESPONSE-3, RESPONSE-5
        if "Content-Type" not in bottle.response.headers:
            bottle.response.content_type = "application/json"
        return text

    def convert_response(self, value: Any) -> Any:
        """Turn an HTTPResponse, of the shim's Bottle or of another version, into the shim's."""
        if not isinstance(value, bottle.HTTPResponse):
            value = foreign_response(value)
        body = value.body
        if isinstance(body, _JSON_TYPES) or (
            isinstance(body, list | tuple) and not all(isinstance(x, str | bytes) for x in body)
        ):
            value.body = json.dumps(body, allow_nan=False)
            if "Content-Type" not in value.headers:
                value.content_type = "application/json"
        elif hasattr(body, "__next__"):
            value.body = self.first_piece(body)
        return value

    def first_piece(self, iterable: Iterable[Any]) -> Any:
        """Start a streamed answer, so that an error before its first piece is a 500."""
        pieces = encoded(iter(iterable))
        try:
            first = next(pieces)
        except StopIteration:
            return b""
        return Pieces(first, pieces, getattr(iterable, "close", None))

    def default_error_handler(self, error: Any) -> str:
        """Return the body of an HTTPError: its own text, nothing of its exception."""
        if "Content-Type" not in error.headers:
            bottle.response.content_type = TEXT
        return str(error.body)


def plain(status: int, headers: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Return the runtime's own answer of a status (RESPONSE-15), with `headers` of this one."""
    line = f"{status} {PHRASES[status]}"
    return bottle.HTTPResponse(own_body(status), line, {"Content-Type": TEXT, **headers})


def is_response(value: object) -> bool:
    """Whether it is an HTTPResponse, the shim's or one of a Bottle the function has installed."""
    return isinstance(value, bottle.HTTPResponse) or all(
        hasattr(value, name) for name in ("status_code", "headerlist", "body")
    )


def foreign_response(value: Any) -> Any:
    """Copy an HTTPResponse of another Bottle (IMAGE-8)."""
    response = bottle.HTTPResponse(value.body, value.status_code)
    for name, text in value.headerlist:
        response.add_header(name, text.encode("latin-1").decode("utf-8"))
    return response


def bind_other_bottle(environ: Environ) -> None:
    """Bind `request` of a Bottle that the function has installed for itself."""
    other = sys.modules.get("bottle")
    if other is not None and other is not bottle and hasattr(other, "request"):
        other.request.bind(environ)
        other.response.bind()


def create_app(
    function: Function,
    settings: Settings,
    watch: CallWatch | None = None,
    coroutines: Coroutines | None = None,
) -> FunctionApp:
    """Return the WSGI application that answers every request with `function`."""
    return FunctionApp(function, settings, watch or NoWatch(), coroutines or Coroutines())
