"""The pool of workers."""

import selectors
import socket
from collections.abc import Iterator

import pytest

from serverkit import pool as module
from serverkit.client import Client
from serverkit.messages import FINISHED, HELLO
from serverkit.pool import Member, Pool
from serverkit.slots import CALLING, EMPTY, HANDED, Slots


class Workers:
    """What stands in for a zygote: keeps the workers' ends of their controls."""

    def __init__(self) -> None:
        self.controls: list[socket.socket] = []
        self.returned: list[tuple[Client, bytes, bytes]] = []

    def fork(self, index: int, control: socket.socket) -> bool:
        """Take an order."""
        self.controls.append(control.dup())
        return True

    def take_back(self, client: Client, how: bytes, data: bytes) -> None:
        """Take a connection back."""
        self.returned.append((client, how, data))


@pytest.fixture
def workers() -> Workers:
    """Return what stands in for a zygote."""
    return Workers()


@pytest.fixture
def pool(workers: Workers) -> Iterator[Pool]:
    """Return a pool of one active worker."""
    with selectors.DefaultSelector() as selector:
        yield Pool(Slots(4, 8), 1, selector, workers.fork, workers.take_back)


@pytest.fixture
def client() -> Iterator[Client]:
    """Return a client with a whole head."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        client = Client(theirs, ("10.0.0.1", 1))
        client.data = b"GET / HTTP/1.1\r\n\r\n"
        yield client


def first(pool: Pool, workers: Workers) -> Member:
    """Start a worker and return it."""
    pool.grow()
    workers.controls[0].send(HELLO + b"4321")
    member = pool.members[1]
    assert pool.receive(member)
    return member


def test_hand_over(pool: Pool, workers: Workers, client: Client) -> None:
    """A connection is handed over with what was read of it, which is kept till it comes back."""
    member = first(pool, workers)
    head = client.data
    client.received = 2.5
    assert pool.hand(client)
    message, descriptors, _, _ = socket.recv_fds(workers.controls[0], 4096, 1)
    socket.close(descriptors[0])
    assert message == b"C10.0.0.1 1 2500000000\n" + head
    assert (member.client, member.head, member.slot.state) == (client, head, HANDED)
    assert member.unheeded() == member.handed > 0
    member.slot.clear(EMPTY)
    workers.controls[0].send(FINISHED)
    pool.receive(member)
    assert workers.returned == [(client, FINISHED, b"")]


def test_lost_hand_over(pool: Pool, workers: Workers, client: Client) -> None:
    """A worker to which nothing can be handed counts as one that doesn't heed."""
    member = first(pool, workers)
    workers.controls[0].close()
    assert not pool.hand(client)
    assert (member.client, client.data) == (None, b"GET / HTTP/1.1\r\n\r\n")
    assert member.unheeded() > 0


def test_unborn(pool: Pool, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that doesn't start in time makes room for another."""
    pool.grow()
    assert not pool.drop_unborn()
    monkeypatch.setattr(module, "START_LIMIT", -1.0)
    assert pool.drop_unborn()
    assert pool.members == {}
    pool.grow()
    assert len(workers.controls) == 2


def test_worker_that_never_serves(pool: Pool, workers: Workers) -> None:
    """One that ends as soon as it is there is replaced later and later (LIMITS-7)."""
    first(pool, workers)
    assert pool.bury(4321) is not None
    pool.grow()
    assert len(workers.controls) == 1
    assert pool.pause == 2 * module.FIRST_PAUSE
    pool.paused_until = 0.0
    pool.grow()
    assert len(workers.controls) == 2


def test_worker_that_ends_itself(pool: Pool, workers: Workers, client: Client) -> None:
    """One that a call ends is replaced at once (FAILURE-7)."""
    member = first(pool, workers)
    assert pool.hand(client)
    member.slot.state = CALLING
    pool.bury(4321)
    assert pool.paused_until == 0.0
