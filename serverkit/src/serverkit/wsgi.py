"""What is read from a WSGI environment: headers, the body, a CORS preflight."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from serverkit.content import undo_coding
from serverkit.errors import RequestError

Environ = dict[str, Any]
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_ALLOW_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def header_reader(environ: Environ) -> Callable[[str], str | None]:
    """Return a function from a header's lower-case name to its value or None."""

    def header(name: str) -> str | None:
        key = _WITHOUT_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")
        value = environ.get(key)
        return None if value is None else value.encode("latin-1").decode("utf-8", "replace")

    return header


def read_body(environ: Environ, limit: int) -> bytes:
    """Read the body whole, undo its coding, put it back for the native request, and return it.

    Raises RequestError: 413 where it has more than `limit` bytes before or after that (REQUEST-14,
    REQUEST-31), 415 or 400 where its coding can't be undone.
    """
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read(limit + 1)
    else:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > limit:
            raise RequestError(413)
        body = stream.read(length) if length else b""
    if len(body) > limit:
        raise RequestError(413)
    decoded = undo_coding(body, environ.get("HTTP_CONTENT_ENCODING", ""), limit)
    if decoded is not body:  # REQUEST-28
        body = decoded
        del environ["HTTP_CONTENT_ENCODING"]
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # what the function reads is decoded already
    environ["CONTENT_LENGTH"] = str(len(body))
    # Bottle keeps the body it has read under this name.
    environ["wsgi.input"] = environ["bottle.request.body"] = BytesIO(body)
    return bytes(body)


def is_preflight(environ: Environ) -> bool:
    """Whether a browser asks what it may send (RESPONSE-13)."""
    return (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "HTTP_ORIGIN" in environ
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    )


def preflight(environ: Environ) -> dict[str, str]:
    """Return the headers that allow everything."""
    return {
        ALLOW_ORIGIN: "*",
        "Access-Control-Allow-Methods": _ALLOW_METHODS,
        "Access-Control-Allow-Headers": environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS") or "*",
        "Access-Control-Max-Age": "86400",
    }
