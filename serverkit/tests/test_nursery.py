"""Where workers come from."""

import signal
import socket
from collections.abc import Callable, Iterator

import pytest

from serverkit import nursery as module
from serverkit.nursery import LONGEST_PAUSE, Nursery
from serverkit.process import Signals
from serverkit.settings import Settings
from serverkit.slots import Slots


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


class Zygotes(Nursery):
    """A nursery whose zygotes are none; `fails` has their fork fail."""

    fails = False
    starts = 0
    clock: Clock

    def start(self, forget: Callable[[], None]) -> None:
        """Count a start."""
        self.starts += 1
        self.started = self.clock.monotonic()
        if self.fails:
            raise OSError("no process is left")
        self.pid = 1234
        self.control, self.peer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of the nursery."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def zygotes(settings: Settings, clock: Clock) -> Iterator[Zygotes]:
    """Return a nursery with a zygote."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signals = Signals(())
    nursery = Zygotes(settings, Slots(2, 8), signals)
    nursery.clock = clock
    nursery.start(lambda: None)
    yield nursery
    signals.reset()
    for number, handler in before.items():
        signal.signal(number, handler)


def seconds_until_start(nursery: Zygotes, clock: Clock) -> float:
    """Return how long it takes until the next zygote is started."""
    start, starts = clock.now, nursery.starts
    while nursery.starts == starts:
        nursery.revive(lambda: None)
        clock.now += 0.05
    return clock.now - 0.05 - start


def test_pauses(zygotes: Zygotes, clock: Clock) -> None:
    """The first is replaced at once; then the pauses double, up to a limit."""
    pauses = []
    for _ in range(12):
        zygotes.ended()
        pauses.append(seconds_until_start(zygotes, clock))
    assert pauses[:4] == pytest.approx([0, 0.1, 0.2, 0.4], abs=0.06)
    assert max(pauses) == pauses[-1]
    assert pauses[-1] == pytest.approx(LONGEST_PAUSE, abs=0.1)
    clock.now += LONGEST_PAUSE + 1
    zygotes.ended()
    assert seconds_until_start(zygotes, clock) == 0


def test_failing_fork(zygotes: Zygotes, clock: Clock) -> None:
    """A zygote that can't be forked is tried again, and harms nobody."""
    zygotes.ended()
    zygotes.fails = True
    zygotes.revive(lambda: None)
    zygotes.revive(lambda: None)
    assert (zygotes.pid, zygotes.starts) == (0, 2)
    zygotes.fails = False
    assert seconds_until_start(zygotes, clock) == pytest.approx(0.2, abs=0.1)
    assert zygotes.pid


def test_order(zygotes: Zygotes) -> None:
    """A worker is ordered of a zygote that has loaded, of no other."""
    with socket.socketpair()[0] as control:
        assert not zygotes.fork(1, control)
        zygotes.peer.send(b"L")
        assert zygotes.fork(1, control)
        assert zygotes.peer.recv(10) == b"1"
        zygotes.ended()
        assert not zygotes.fork(1, control)


def test_end_of_none(zygotes: Zygotes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a zygote that is there is ended."""
    ended: list[int] = []
    monkeypatch.setattr(module, "end_tree", ended.append)
    zygotes.end()
    zygotes.ended()
    zygotes.end()
    assert ended == [1234]
