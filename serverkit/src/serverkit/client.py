"""A client's connection as the supervisor sees it."""

import socket
import struct
import time
from contextlib import suppress

from serverkit.head import without_empty_lines

RECEIVE = 16 * 1024  # bytes that are read at once
DRAIN_LIMIT = 1 << 30  # bytes read and thrown away after a refusal, at most
_RESET = struct.pack("ii", 1, 0)


class Client:
    """One connection. The supervisor keeps its own copy of the socket while a worker has it."""

    def __init__(self, sock: socket.socket, address: tuple[str, int]) -> None:
        self.socket = sock
        self.address = address
        self.data = b""  # what has been read of the next request
        self.since = time.monotonic()  # start of what it does now: being idle, waiting, closing
        self.received = 0.0  # when its request began to arrive
        self.closing = False
        self._drained = 0

    def receive(self) -> bool:
        """Read what there is; return False when the client has ended its side."""
        try:
            received = self.socket.recv(RECEIVE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if self.closing:
            self._drained += len(received)
            return bool(received) and self._drained < DRAIN_LIMIT
        is_new = not self.data
        self.data = without_empty_lines(self.data + received)
        if is_new and self.data:
            self.since = self.received = time.monotonic()
        return bool(received)

    def send(self, data: bytes) -> None:
        """Send a short answer; a client that doesn't read gets a part of it."""
        with suppress(OSError):
            self.socket.send(data)

    def start_closing(self) -> None:
        """End our side, but go on reading: the answer stays readable (REQUEST-14)."""
        self.closing = True
        self.data = b""
        self.since = time.monotonic()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def reset(self) -> None:
        """Close so that the client can't take what it has for whole (TIMEOUT-13)."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()
