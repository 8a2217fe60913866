"""The front of the supervisor."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from serverkit.client import Client
from serverkit.front import HEAD_TIME_LIMIT, Front
from serverkit.messages import FINISHED, GIVE_BACK, GONE, LINGER
from serverkit.wire import answer

GET = b"GET / HTTP/1.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"


@pytest.fixture
def front() -> Iterator[Front]:
    """Return a front without a listener, which admits everything."""
    with selectors.DefaultSelector() as selector:
        yield Front(selector, lambda probe: answer(200, b"OK"), lambda begun: 0)


@pytest.fixture
def client(front: Front) -> Iterator[tuple[Client, socket.socket]]:
    """Return a client that is read, and its peer."""
    peer, sock = socket.socketpair()
    peer.settimeout(5)
    sock.setblocking(False)
    with peer, sock:
        client = Client(sock, ("10.0.0.1", 1))
        front.watch(client)
        yield client, peer


def send(front: Front, client: tuple[Client, socket.socket], data: bytes) -> None:
    """Have data arrive."""
    client[1].sendall(data)
    front.receive(client[0])


def test_whole_request(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A whole request waits for a worker, and is read no more."""
    send(front, client, GET)
    assert list(front.queue) == [client[0]]
    assert front.clients == set()


def test_body_on_its_way(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A short body is waited for; then its request is one like others."""
    send(front, client, POST)
    assert (list(front.queue), front.begun) == ([], {client[0]})
    send(front, client, b"body")
    assert (list(front.queue), front.begun) == ([client[0]], set())
    assert client[0].data == POST + b"body"


def test_body_that_never_comes(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A body has the time of a head."""
    refused: list[int] = []
    front.refused = lambda client, status: refused.append(status)
    send(front, client, POST)
    front.sweep(180)
    assert refused == []
    client[0].since -= HEAD_TIME_LIMIT + 1
    front.sweep(180)
    assert refused == [408]
    assert front.begun == set()
    assert client[1].recv(4096).startswith(b"HTTP/1.1 408 ")


def test_begun_before_a_drain(front: Front, client: tuple[Client, socket.socket]) -> None:
    """Whether a request was begun is known when it is admitted."""
    asked: list[bool] = []

    def refuse(begun: bool) -> int:
        asked.append(begun)
        return 0

    front.refuse = refuse
    send(front, client, POST)
    send(front, client, b"body")
    assert asked == [False, True]


def test_refused_head(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A refusal of HEAD has no body."""
    front.refuse = lambda begun: 503
    send(front, client, b"HEAD / HTTP/1.1\r\n\r\n")
    assert client[1].recv(4096).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("how", [FINISHED, GONE])
def test_last_answer(front: Front, client: tuple[Client, socket.socket], how: bytes) -> None:
    """A connection that is of no use any more is closed."""
    front.unwatch(client[0])
    front.take_back(client[0], how, b"")
    assert client[1].recv(1) == b""
    assert front.clients == set()


def test_connection_that_comes_back(front: Front, client: tuple[Client, socket.socket]) -> None:
    """What a worker has read of the next request isn't lost; who still sends may read on."""
    front.unwatch(client[0])
    front.take_back(client[0], GIVE_BACK, GET)
    assert list(front.queue) == [client[0]]
    front.queue.clear()
    front.take_back(client[0], LINGER, b"")
    assert (client[0].closing, front.clients) == (True, {client[0]})
