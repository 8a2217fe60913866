"""The front of the supervisor."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from serverkit.client import Client
from serverkit.front import HEAD_TIME_LIMIT, Front
from serverkit.messages import FINISHED, GIVE_BACK, GONE, LINGER
from serverkit.settings import Settings
from serverkit.wire import answer

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
SETTINGS = Settings("module", "handler", timeout=400.0, idle_timeout=100.0)


@pytest.fixture
def front() -> Iterator[Front]:
    """Return a front without a listener, which admits everything."""
    with selectors.DefaultSelector() as selector:
        yield Front(SETTINGS, selector, lambda probe: answer(200, b"OK"), lambda begun: 0)


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
    """A body has five minutes, or the time of a call where that is longer (LIMITS-5)."""
    refused: list[int] = []
    front.refused = lambda client, status: refused.append(status)
    send(front, client, POST)
    client[0].since -= 399
    front.sweep(180)
    assert refused == []
    client[0].since -= 1
    front.sweep(180)
    assert refused == [408]
    assert front.begun == set()
    assert client[1].recv(4096).startswith(b"HTTP/1.1 408 ")


def test_slow_head(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A head that isn't whole in time is answered 408 (LIMITS-2)."""
    send(front, client, b"GET / HT")
    client[0].since -= HEAD_TIME_LIMIT - 1
    front.sweep(180)
    assert not client[0].closing
    client[0].since -= 1
    front.sweep(180)
    assert client[1].recv(4096).startswith(b"HTTP/1.1 408 ")


def test_idle(front: Front, client: tuple[Client, socket.socket]) -> None:
    """A connection without a request is closed after FUNC_IDLE_TIMEOUT (LIMITS-1)."""
    send(front, client, b"\r\n")
    client[0].since -= 99
    front.sweep(180)
    assert front.clients == {client[0]}
    client[0].since -= 1
    front.sweep(180)
    assert client[1].recv(1) == b""


def test_lingering_longer_than_idle(front: Front, client: tuple[Client, socket.socket]) -> None:
    """Who reads a refusal has ten seconds, however short an idle connection is kept (LIMITS-6)."""
    front.settings = SETTINGS._replace(idle_timeout=1.0)
    send(front, client, b" ")
    client[0].since -= 9
    front.sweep(180)
    assert front.clients == {client[0]}
    client[0].since -= 2
    front.sweep(180)
    assert front.clients == set()


@pytest.mark.parametrize("excess", [0, 1])
def test_size_of_a_head(front: Front, client: tuple[Client, socket.socket], excess: int) -> None:
    """A head of 65,536 bytes is accepted, a larger one answered 431 (LIMITS-3, LIMITS-4)."""
    data = b"GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n"
    data %= b"x" * (65_536 + excess - len(data % b""))
    for start in range(0, len(data), 10_000):
        send(front, client, data[start : start + 10_000])
    assert len(front.queue) == 1 - excess
    assert client[0].closing == bool(excess)


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
    send(front, client, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
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
