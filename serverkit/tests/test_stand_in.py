"""Speaking for workers that have ended."""

import os
import select
import selectors
import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from serverkit.access_log import Entry
from serverkit.client import Client
from serverkit.front import Front
from serverkit.metrics import SLOT_BYTES, Counts, add_up
from serverkit.pool import Member
from serverkit.settings import Settings
from serverkit.slots import CALLING, HANDED, IDLE, LEASED, READING, SENDING, Slots
from serverkit.stand_in import Journal, StandIn


class Scene(NamedTuple):
    """A worker that has ended, its client, and who speaks for it."""

    stand_in: StandIn
    member: Member
    client: Client
    peer: socket.socket
    lines: list[tuple[Entry, int, int]]

    def counts(self) -> dict[str, list[float]]:
        """Return calls, failures and timeouts by method."""
        return {method: row[:3] for method, row in add_up([self.stand_in.counts]).items()}


class Lines(Journal):
    """Keeps what it is told."""

    def __init__(self, lines: list[tuple[Entry, int, int]]) -> None:
        super().__init__("apache")
        self.lines = lines

    def log(self, entry: Entry, status: int, size: int, seconds: float) -> None:
        """Keep a line."""
        self.lines.append((entry, status, size))


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Return a worker that was handed a client."""
    peer, sock = socket.socketpair()
    control, other = socket.socketpair()
    sock.setblocking(False)
    peer.settimeout(5)
    with peer, sock, control, other, selectors.DefaultSelector() as selector:
        front = Front(Settings("module", "handler"), selector, lambda probe: b"", lambda begun: 0)
        lines: list[tuple[Entry, int, int]] = []
        counts = Counts(memoryview(bytearray(SLOT_BYTES)))
        member = Member(1, Slots(2, 8).slots[1], control)
        client = Client(sock, ("10.0.0.1", 1))
        member.client, member.head = client, b"PUT /head HTTP/1.1\r\n\r\n"
        yield Scene(StandIn(front, counts, Lines(lines)), member, client, peer, lines)


TRACE = "0af7651916cd43dd8448eb211c80319c"
ENTRY = Entry("10.0.0.1", "POST", "/", "HTTP/1.1")


@pytest.mark.parametrize("state", [READING, CALLING, SENDING])
def test_unanswered(scene: Scene, state: int) -> None:
    """A request that wasn't answered is a 500, a call and a failure, whatever was done of it."""
    scene.member.slot.state = state
    scene.member.slot.describe(ENTRY.encode())
    scene.stand_in.speak_for(scene.member)
    assert scene.peer.recv(4096).startswith(b"HTTP/1.1 500 ")
    assert scene.lines == [(ENTRY, 500, len("Internal Server Error\n"))]
    assert scene.counts() == {"POST": [1, 1, 0]}


def test_killed(scene: Scene) -> None:
    """A worker that was killed is a 408 and a timeout; HEAD has no body."""
    scene.member.slot.state, scene.member.killed = CALLING, 1.0
    scene.member.slot.describe(ENTRY._replace(method="HEAD").encode())
    scene.stand_in.speak_for(scene.member)
    assert scene.peer.recv(4096).endswith(b"\r\n\r\n")
    assert [line[1:] for line in scene.lines] == [(408, 0)]
    assert scene.counts() == {"HEAD": [1, 1, 1]}


def test_cut_answer(scene: Scene) -> None:
    """Of an answer that was cut, the log has the status that the client has received."""
    slot = scene.member.slot
    slot.state, slot.bytes_sent, slot.status, scene.member.killed = CALLING, 100, 200, 1.0
    slot.describe(ENTRY.encode())
    scene.stand_in.speak_for(scene.member)
    assert scene.peer.recv(4096) == b""
    assert scene.lines == [(ENTRY, 200, 0)]
    assert scene.counts() == {"POST": [1, 1, 1]}


def test_unread(scene: Scene) -> None:
    """A request that its worker never took goes to another, ahead of those that wait."""
    other = Client(scene.peer, ("10.0.0.2", 1))
    scene.stand_in.front.queue.append(other)
    scene.member.slot.state = HANDED
    scene.stand_in.speak_for(scene.member)
    assert list(scene.stand_in.front.queue) == [scene.client, other]
    assert scene.client.data == scene.member.head
    assert scene.lines == []


def test_unheeded(scene: Scene) -> None:
    """One that was killed because it took nothing is a 408 of what was handed to it."""
    scene.member.slot.state, scene.member.killed = HANDED, 1.0
    scene.stand_in.speak_for(scene.member)
    assert scene.peer.recv(4096).startswith(b"HTTP/1.1 408 ")
    assert scene.lines[0][0] == Entry("10.0.0.1", "PUT", "/head", "HTTP/1.1")


def test_idle_connection(scene: Scene) -> None:
    """A connection without a request is as good as before."""
    scene.member.slot.state = LEASED
    scene.stand_in.speak_for(scene.member)
    assert scene.stand_in.front.clients == {scene.client}
    assert scene.lines == []


def test_answered(scene: Scene) -> None:
    """A request that was answered and counted isn't answered twice."""
    scene.member.slot.state = IDLE
    scene.stand_in.speak_for(scene.member)
    assert scene.peer.recv(4096) == b""
    assert (scene.lines, scene.counts()) == ([], {})


def test_refusal(scene: Scene) -> None:
    """A refusal is logged with what its head says, and can't forge a line."""
    parent = b"00-%s-b7ad6b7169203331-01" % TRACE.encode()
    scene.client.data = b"GET /a HTTP/1.1\r\nuser-agent: agent\r\n"
    scene.client.data += b"Traceparent: %s\r\n\r\nUser-Agent: b" % parent
    scene.stand_in.log_refusal(scene.client, 503)
    entry, status, size = scene.lines[0]
    assert (entry.target, entry.user_agent, entry.trace_id) == ("/a", "agent", TRACE)
    assert (status, size) == (503, len("Service Unavailable\n"))


@pytest.mark.parametrize("log_format", ["apache", "json"])
def test_lines_fit_in_a_pipe(log_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor never waits for the reader of its log, however long a line would be."""
    journal = Journal(log_format)
    written: list[bytes] = []
    monkeypatch.setattr(os, "write", lambda descriptor, line: written.append(line))
    for text in ("x", "\x01", "\xff"):
        entry = Entry("10.0.0.1", *[text * 20_000] * 6)
        journal.log(entry, 503, 0, 0.0)
    assert [len(line) <= select.PIPE_BUF for line in written] == [True] * 3
    assert all(line.endswith(b"\n") for line in written)
