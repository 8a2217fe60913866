"""The pool of workers: starts them, hands them connections, takes these back, buries the dead.

`max_active` workers have a connection at most. One more is kept as a spare, so that a worker that
was killed is replaced by one that is there (TIMEOUT-8).
"""

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from serverkit.client import Client
from serverkit.messages import HAND, HELLO, LIMIT, QUIT, RECALL
from serverkit.slots import HANDED, LEASED, STARTING, Slot, Slots

SHRINK_AFTER = 60.0  # seconds a worker must have been idle to be let go
START_LIMIT = 30.0  # seconds a worker may take to say hello
# LIMITS-7: seconds after a worker that could not be started; they double.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
_UNTRIED = (STARTING, HANDED)  # states of a worker that has done nothing yet


class Member:
    """A worker as the supervisor sees it."""

    def __init__(self, index: int, slot: Slot, control: socket.socket) -> None:
        self.index = index
        self.slot = slot
        self.control = control
        self.pid = 0  # until it has said hello
        self.ordered = time.monotonic()
        self.client: Client | None = None
        self.handed = 0.0  # when it was handed its connection
        self.head = b""  # what was handed to it with its connection
        self.received = 0.0  # when that was received
        self.recalled = 0.0  # when it was asked for its connection, 0 if it wasn't
        self.idle_since = 0.0
        self.has_served = False
        self.killed = 0.0  # when it was killed for its deadline

    def unheeded(self) -> float:
        """Return since when it hasn't done what it was told to, 0 if it has."""
        if self.slot.state == HANDED:
            return self.handed
        return self.recalled if self.slot.state == LEASED else 0.0

    def is_executing(self) -> bool:
        """Whether it works on a request."""
        return self.client is not None and self.slot.state != LEASED


class Pool:
    """All workers. `returned(client, how, data)` is told of each connection that comes back."""

    def __init__(
        self,
        slots: Slots,
        max_active: int,
        selector: selectors.BaseSelector,
        fork: Callable[[int, socket.socket], bool],
        returned: Callable[[Client, bytes, bytes], None],
    ) -> None:
        self.slots = slots
        self.max_active = max_active
        self.selector = selector
        self.fork = fork
        self.returned = returned
        self.members: dict[int, Member] = {}  # by slot
        self.by_pid: dict[int, Member] = {}
        self.idle: list[Member] = []  # the last one was used last
        self.active: set[Member] = set()
        self.pause = FIRST_PAUSE
        self.paused_until = 0.0

    def executing(self) -> int:
        """How many requests are worked on."""
        return sum(member.is_executing() for member in self.active)

    def is_loaded(self) -> bool:
        """Whether there is a worker."""
        return any(member.pid and not member.killed for member in self.members.values())

    def grow(self) -> None:
        """Start a worker if none is idle or starting and there is room."""
        starting = any(not member.pid for member in self.members.values())
        alive = sum(not member.killed for member in self.members.values())
        if self.idle or starting or alive > self.max_active:
            return
        if time.monotonic() < self.paused_until:
            return
        index = next((i for i in range(1, self.slots.count) if i not in self.members), 0)
        if not index:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LIMIT)
        self.slots.slots[index].clear(STARTING)
        with theirs:
            if not self.fork(index, theirs):
                ours.close()
                return
        ours.setblocking(False)
        member = Member(index, self.slots.slots[index], ours)
        self.members[index] = member
        self.selector.register(ours, selectors.EVENT_READ, member)

    def hand(self, client: Client) -> bool:
        """Hand a client with a whole head to a worker; False where none is to be had now."""
        if len(self.active) < self.max_active and self.idle:
            member = self.idle.pop()
            host, port = client.address
            received = int(client.received * 1e9)
            message = HAND + f"{host} {port} {received}\n".encode("ascii") + client.data
            member.slot.clear(HANDED)
            member.handed, member.head = time.monotonic(), client.data
            member.received = client.received
            try:
                socket.send_fds(member.control, [message], [client.socket.fileno()])
            except OSError:
                return self.hand(client)  # it is dying; SIGCHLD will tell, or `unheeded`
            member.client = client
            client.data = b""
            self.active.add(member)
            self.grow()
            return True
        self.grow()
        if len(self.active) >= self.max_active or not self.idle:
            self.recall()
        return False

    def recall(self) -> None:
        """Ask the workers whose connection is idle to give it back (CONCURRENCY-7)."""
        for member in self.active:
            if member.slot.state == LEASED and not member.recalled:
                member.recalled = time.monotonic()
                with suppress(OSError):
                    member.control.send(RECALL, socket.MSG_DONTWAIT)

    def receive(self, member: Member) -> bool:
        """Read a message of a worker; False if there was none."""
        try:
            message = member.control.recv(LIMIT)
        except BlockingIOError:
            return False
        except OSError:
            message = b""
        kind, data = message[:1], message[1:]
        if not kind:
            self._silence(member)
            if not member.pid:  # it never came to be
                self._hold_back()
                self._remove(member)
            return False
        member.recalled = 0.0
        member.idle_since = time.monotonic()
        if kind == HELLO:
            member.pid = int(data)
            self.by_pid[member.pid] = member
            # CONCURRENCY-6: those that have served before go on serving, ahead of the new.
            self.idle.insert(0, member)
            return True
        member.has_served, self.pause = True, FIRST_PAUSE
        if member.client is not None:
            client, member.client = member.client, None
            self.active.discard(member)
            self.returned(client, kind, data)
        if not member.killed:
            self.idle.append(member)
        return True

    def give_up(self, member: Member) -> None:
        """Count a worker that is about to be killed as gone, so that its place is free."""
        member.killed = time.monotonic()
        self.active.discard(member)
        if member in self.idle:
            self.idle.remove(member)

    def drop_unborn(self) -> bool:
        """Forget workers that take too long to start; return whether there were any."""
        now = time.monotonic()
        late = [m for m in self.members.values() if not m.pid and now - m.ordered > START_LIMIT]
        for member in late:
            self._silence(member)
            self._remove(member)
        return bool(late)

    def close_all(self) -> None:
        """Close all sockets, in a child."""
        for member in self.members.values():
            member.control.close()
            if member.client:
                member.client.close()

    def bury(self, pid: int) -> Member | None:
        """Forget a worker that has ended and return it; its `client` is left to the caller."""
        member = self.by_pid.pop(pid, None)
        if member is not None:
            while self.receive(member):
                pass  # what it has said before its end still counts
            # One that can't serve says hello all the same, and would be replaced again and again.
            if not (member.has_served or member.killed) and member.slot.state in _UNTRIED:
                self._hold_back()
            self._silence(member)
            self._remove(member)
        return member

    def _hold_back(self) -> None:
        """Start no worker for a while, which doubles until one has served (LIMITS-7)."""
        self.paused_until = time.monotonic() + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def _silence(self, member: Member) -> None:
        with suppress(KeyError, ValueError):
            self.selector.unregister(member.control)
        member.control.close()

    def _remove(self, member: Member) -> None:
        self.members.pop(member.index, None)
        self.active.discard(member)
        if member in self.idle:
            self.idle.remove(member)

    def quit(self) -> None:
        """Let all workers go."""
        for member in self.by_pid.values():
            with suppress(OSError):
                member.control.send(QUIT, socket.MSG_DONTWAIT)

    def shrink(self) -> None:
        """Let a worker go that has been idle for long, down to one and a spare."""
        now = time.monotonic()
        if len(self.idle) > 2 and now - self.idle[0].idle_since > SHRINK_AFTER:
            member = self.idle.pop(0)
            member.has_served = True  # its end is no failure
            with suppress(OSError):
                member.control.send(QUIT, socket.MSG_DONTWAIT)
