"""HTTP to a container: one request a connection with httpx, and raw sockets where bytes matter."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache

import httpx

CLIENT_TIMEOUT_SECONDS = 30.0
"""Generous: the clauses' own bounds are asserted on the time an answer took."""
SHOWN_BYTES = 300


@cache
def client() -> httpx.Client:
    """Return the client of this process.

    It opens a connection for each request: an idle one that the server closes just as it is
    used again would make tests fail now and then.
    """
    return httpx.Client(
        timeout=CLIENT_TIMEOUT_SECONDS,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
        verify=False,
    )


@cache
def threads() -> ThreadPoolExecutor:
    """Return the threads that send requests in the background."""
    return ThreadPoolExecutor(300, thread_name_prefix="request")


def seconds(response: httpx.Response) -> float:
    """Return the time from connecting to the end of the answer."""
    return response.elapsed.total_seconds()


def together(count: int, action: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Run `action` in `count` threads that begin at the same moment; return the answers."""
    barrier = threading.Barrier(count)

    def begin() -> httpx.Response:
        barrier.wait(CLIENT_TIMEOUT_SECONDS)
        return action()

    futures: list[Future[httpx.Response]] = [threads().submit(begin) for _ in range(count)]
    return [future.result(CLIENT_TIMEOUT_SECONDS * 2) for future in futures]


def describe(request: httpx.Request, outcome: httpx.Response | Exception) -> str:
    """Return one line for a failure report: what was asked and what came back."""
    try:
        sent = request.content
    except httpx.RequestNotRead:
        sent = b"(streamed)"
    asked = f"{request.method} {request.url.raw_path.decode()} {_shown(sent)}"
    if isinstance(outcome, Exception):
        return f"{asked} -> {outcome!r}"
    took = f"{seconds(outcome):.3f} s"
    return f"{asked} -> {outcome.status_code} in {took} {_shown(outcome.content)}"


def _shown(content: bytes) -> str:
    return repr(content[:SHOWN_BYTES])[1:] + ("…" if len(content) > SHOWN_BYTES else "")


class Wire:
    """A TCP connection on which a test writes and reads bytes itself."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, CLIENT_TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_ended = False
        """Whether the server has closed its side, as far as has been read."""

    def send(self, content: bytes) -> "Wire":
        """Send `content`; an error is swallowed, since the server may answer before the end."""
        with suppress(OSError):
            self.socket.sendall(content)
        return self

    def read_until(self, end: bytes, within: float = CLIENT_TIMEOUT_SECONDS) -> bytes:
        """Return what comes up to and including `end`, or up to the end of the connection."""
        content = b""
        deadline = time.monotonic() + within
        while end not in content and (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                piece = self.socket.recv(65536)
            except TimeoutError:
                break
            except ConnectionError:
                self.is_ended = True
                break
            if not piece:
                self.is_ended = True
                break
            content += piece
        return content

    def read_all(self, within: float = CLIENT_TIMEOUT_SECONDS) -> bytes:
        """Return all that comes until the server closes the connection, or `within` is over."""
        return self.read_until(b"\0no such end\0", within)

    def end_sending(self) -> "Wire":
        """End this side; answers can still be read."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self) -> None:
        """End the connection as a client does that has crashed."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


def message(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return the bytes of an HTTP/1.1 request with its Host and Content-Length."""
    lines = {"Host": "runtime", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
