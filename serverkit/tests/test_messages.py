"""Messages between processes."""

import os
import socket

from serverkit.messages import receive_descriptor


def test_descriptor_is_not_inherited() -> None:
    """A program that the function starts doesn't get the client's socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        socket.send_fds(ours, [b"message"], [ours.fileno()])
        message, descriptor = receive_descriptor(theirs, 100)
        assert message == b"message"
        assert not os.get_inheritable(descriptor)
        os.close(descriptor)
        ours.send(b"none")
        assert receive_descriptor(theirs, 100) == (b"none", -1)
