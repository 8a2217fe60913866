"""A client's socket as the worker reads and writes it."""

import socket
from collections.abc import Iterator

import pytest

from serverkit.errors import ConnectionLostError, RequestError
from serverkit.slots import Slots
from serverkit.stream import Reader, Writer

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Return the client's and the worker's end of a connection."""
    client, worker = socket.socketpair()
    worker.setblocking(False)
    with client, worker:
        yield client, worker


def test_lines_and_bytes(pair: Pair) -> None:
    """What is there already comes first; what is beyond is left over."""
    pair[0].sendall(b"ine\nfour and more")
    reader = Reader(pair[1], b"first\nsecond l")
    assert reader.readline() == b"first\n"
    assert reader.readline() == b"second line\n"
    assert reader.read(4) == b"four"
    assert reader.leftover() == b" and more"


def test_long_line(pair: Pair) -> None:
    """A line is cut at the size that is asked for."""
    reader = Reader(pair[1], b"x" * 100)
    assert reader.readline(10) == b"x" * 10
    assert reader.leftover() == b"x" * 90


def test_nothing_read_is_kept(pair: Pair) -> None:
    """Lines that have been read take no memory, however many there are."""
    reader = Reader(pair[1], b"")
    for _ in range(50):
        pair[0].sendall(b"x" * 15_000 + b"\n")
        reader.readline()
    assert len(reader._data) < 50_000


def test_time_is_bounded(pair: Pair) -> None:
    """A body that isn't there in time is answered 408 (LIMITS-5)."""
    pair[0].sendall(b"x" * 99)
    pair[1].setblocking(False)
    with pytest.raises(RequestError) as caught:
        Reader(pair[1], b"", 0.05).read(100)
    assert caught.value.status == 408


def test_client_that_has_left(pair: Pair) -> None:
    """A client that has left is lost for both directions."""
    pair[0].close()
    with pytest.raises(ConnectionLostError):
        Reader(pair[1], b"").readline()
    with pytest.raises(ConnectionLostError):
        Writer(pair[1], Slots(1, 8).slots[0]).write(b"x")


def test_headers_wait_for_the_body(pair: Pair) -> None:
    """What is held leaves with the first piece."""
    slot = Slots(1, 8).slots[0]
    writer = Writer(pair[1], slot)
    writer.hold(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert slot.status == 204
    assert not writer.has_sent()
    writer.write(b"body")
    assert writer.has_sent()
    assert pair[0].recv(100) == b"HTTP/1.1 204 No Content\r\n\r\nbody"
