"""A client's socket as the HTTP server of a worker reads and writes it.

The socket never blocks: the supervisor holds the same socket, and what one of them sets holds for
both. So both directions try first, and wait only where they must.
"""

import select
import socket
import struct
import time
from contextlib import suppress

from serverkit.errors import ConnectionLostError, RequestError
from serverkit.head import head_end
from serverkit.settings import BODY_TIME
from serverkit.slots import Slot

# The originals: a function's monkey patching (gevent, eventlet) replaces them in their modules.
new_poll = select.poll
Socket = socket.socket
STALL = 30.0  # seconds without taking a byte before a client counts as lost


class Reader:
    """The bytes of a connection; `data` has been read from it already, a whole head at least.

    Reading raises RequestError 408 when `seconds` are over (LIMITS-5), and ConnectionLostError.
    """

    def __init__(self, sock: socket.socket, data: bytes, seconds: float = BODY_TIME) -> None:
        self._socket = sock
        self._data = data
        self._position = 0
        self._end = time.monotonic() + seconds

    def head(self) -> bytes:
        """Return the head, which comes first."""
        self._position = head_end(self._data)
        return self._data[: self._position]

    def leftover(self) -> bytes:
        """Return what was read beyond the request, the start of the next one (REQUEST-23)."""
        return self._data[self._position :]

    def readline(self, size: int = 65536) -> bytes:
        """Return the next line with its end, or at most `size` bytes."""
        while True:
            end = self._data.find(b"\n", self._position) + 1
            if not end and len(self._data) - self._position < size:
                self._data = self._data[self._position :] + self._receive(16384)
                self._position = 0
                continue
            start = self._position
            self._position = min(end or len(self._data), start + size)
            return self._data[start : self._position]

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes."""
        start, end = self._position, self._position + size
        if end <= len(self._data):
            self._position = end
            return self._data[start:end]
        pieces = [self._data[start:]]
        self._data, self._position = b"", 0
        missing = size - len(pieces[0])
        while missing:
            pieces.append(self._receive(min(missing, 1 << 20)))
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def _receive(self, size: int) -> bytes:
        while True:
            try:
                data = self._socket.recv(size)
            except BlockingIOError:
                left = self._end - time.monotonic()
                if left <= 0 or not _is_ready(self._socket, select.POLLIN, left):
                    raise RequestError(408) from None
            except OSError as error:
                raise ConnectionLostError from error
            else:
                if not data:
                    raise ConnectionLostError
                return data


class Writer:
    """Sends an answer; its headers wait for the first piece of the body, to leave in one packet."""

    def __init__(self, sock: socket.socket, slot: Slot) -> None:
        self._socket = sock
        self._slot = slot
        self._held = b""

    def hold(self, headers: bytes) -> None:
        """Keep the headers, a status line first, until the next `write` or `flush`."""
        self._slot.status = int(headers[9:12])
        self._held = headers

    def write(self, data: bytes) -> None:
        """Send what is held and `data`."""
        if self._held:
            data, self._held = self._held + data, b""
        self._send(data)

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            self.write(b"")

    def has_sent(self) -> bool:
        """Whether a part of the answer may have been sent."""
        return self._slot.bytes_sent > 0

    def break_off(self) -> None:
        """Have the closed connection reset: an orderly end would look like that of the answer."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def send_interim(self, data: bytes) -> None:
        """Send what is not part of the answer."""
        self._send(data)
        self._slot.bytes_sent = 0

    def _send(self, data: bytes) -> None:
        # Counted before they are sent: whatever happens in between, nobody answers twice.
        self._slot.bytes_sent += len(data)
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise ConnectionLostError from error
        rest = memoryview(data)[sent:]
        while rest:
            if not _is_ready(self._socket, select.POLLOUT, STALL):
                raise ConnectionLostError
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise ConnectionLostError from error


def _is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    """Wait until the socket is ready, `seconds` at most; return whether it is."""
    poll = new_poll()
    poll.register(sock, event)
    return bool(poll.poll(seconds * 1000))
