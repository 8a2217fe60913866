"""The answers in the bytes of a connection, read by the standard library's client."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPResponse
from io import BufferedReader, BytesIO, RawIOBase
from typing import cast

from tests.support.web import CLIENT_TIMEOUT_SECONDS

REFUSALS = (400, 408, 413, 415, 417, 431, 500, 501, 503, 505)
PHRASES = {status: HTTPStatus(status).phrase for status in REFUSALS} | {413: "Content Too Large"}
"""The reason phrases of RFC 9110; this Python may still have an older one for 413."""
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """One final answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_of_the_runtime(status: int, content_type: str, body: bytes) -> bool:
    """Whether an answer is as the runtime makes its own (RESPONSE-15)."""
    return (content_type, body) == (TEXT, f"{PHRASES[status]}\n".encode())


class _Stream(BufferedReader):
    """What the standard library takes for a socket; the end of an answer doesn't close it."""

    def makefile(self, mode: str) -> "_Stream":
        return self

    def close(self) -> None:
        pass

    def answer(self) -> Answer:
        """Read one final answer; raises OSError or HTTPException where there is none."""
        response = HTTPResponse(cast("socket.socket", self), method="GET")
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


class Connection:
    """A connection for one request after the other, which notices an answer too many."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, CLIENT_TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = _Stream(self._socket.makefile("rb", buffering=0))

    def exchange(self, request: bytes) -> Answer:
        """Send a request and return its answer; raises OSError or HTTPException without one."""
        self._socket.sendall(request)
        return self._stream.answer()

    def waiting(self) -> bytes:
        """Return what has come beyond the last answer so far."""
        self._socket.settimeout(0)
        try:
            return self._stream.peek(1)
        except OSError:
            return b""
        finally:
            self._socket.settimeout(CLIENT_TIMEOUT_SECONDS)

    def close(self) -> bytes:
        """End this side, wait for the server's end, and return what came till then."""
        with self._socket, suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            return self._stream.read()
        return b""


def parse(content: bytes) -> list[Answer]:
    """Return all answers in `content`, interim ones (1xx) left out.

    Raises HTTPException where something else is in it.
    """
    stream = _Stream(cast("RawIOBase", BytesIO(content)))
    answers = []
    while stream.peek(1):
        answers.append(stream.answer())
    return answers
