"""The one-letter messages between supervisor and worker, each a packet of its own."""

import socket
import struct

from serverkit.head import HEAD_LIMIT

LIMIT = 4 * HEAD_LIMIT  # two heads, or what was read beyond one, and the address

_DESCRIPTOR = struct.Struct("i")

# Of the supervisor to a worker.
HAND = b"C"  # a connection: address, when its request was received, what has been read of it
RECALL = b"R"  # give an idle connection back
QUIT = b"Q"

# Of a worker to the supervisor.
HELLO = b"H"  # with its process ID
GIVE_BACK = b"K"  # the connection can serve more requests; with what was read of the next
FINISHED = b"X"  # the answer was the last on this connection
LINGER = b"L"  # the same, but the client may still be sending
GONE = b"D"  # the client has left, or its answer has broken off


def receive_descriptor(control: socket.socket, limit: int) -> tuple[bytes, int]:
    """Return a message and the descriptor that came with it, or -1.

    What the function executes must not inherit it: a client would wait for that process's end.
    """
    # `socket.recv_fds` takes flags but leaves them out.
    size = _DESCRIPTOR.size
    message, parts, _, _ = control.recvmsg(limit, socket.CMSG_LEN(size), socket.MSG_CMSG_CLOEXEC)
    for level, kind, data in parts:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return message, _DESCRIPTOR.unpack(data[:size])[0]
    return message, -1
