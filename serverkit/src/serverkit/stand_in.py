"""Answers, counts and logs in the place of workers that are gone, and of those never asked."""

import os
import select
import time
from collections import deque
from contextlib import suppress

from serverkit.access_log import SHORT_BOUNDS, Entry, line_maker
from serverkit.client import Client
from serverkit.front import Front
from serverkit.metrics import Counts
from serverkit.pool import Member
from serverkit.slots import HANDED, IDLE, LEASED
from serverkit.wire import answer, own_body


class Journal:
    """Writes the supervisor's lines of the access log without ever waiting for their reader."""

    def __init__(self, log_format: str) -> None:
        self._line = line_maker(log_format)
        self._lines: deque[bytes] = deque(maxlen=10_000)
        self._poll = select.poll()
        self._poll.register(1, select.POLLOUT)

    def log(self, entry: Entry, status: int, size: int, seconds: float) -> None:
        """Log a request; the longest texts are cut, as only a short line never waits."""
        for cut in (entry, entry.cut(SHORT_BOUNDS), entry.cut((64,) * len(entry))):
            line = self._line(cut, status, size, seconds).encode("utf-8")
            if len(line) <= select.PIPE_BUF:
                break
        self._lines.append(line)
        self.flush()

    def flush(self) -> None:
        """Write what the reader has room for."""
        while self._lines and self._poll.poll(0):
            line = self._lines.popleft()
            with suppress(OSError):  # a log without a reader is no reason to end
                os.write(1, line)


class StandIn:
    """Speaks for workers that have ended in the middle of a request."""

    def __init__(self, front: Front, counts: Counts, journal: Journal) -> None:
        self.front = front
        self.counts = counts
        self.journal = journal

    def speak_for(self, member: Member) -> None:
        """Answer the client of a worker that has ended: 408 if it was killed, else 500."""
        client, member.client = member.client, None
        if client is None:
            return
        state = member.slot.state
        if state == LEASED:  # it had nothing to do: its connection is as good as before
            client.since = time.monotonic()
            self.front.watch(client)
        elif state == HANDED and not member.killed:  # FAILURE-7: nothing of it has been read
            client.data, client.received = member.head, member.received
            self.front.queue.appendleft(client)
        elif state == IDLE:  # it has answered, but could not say so any more
            client.close()
        else:
            self._answer(member, client)

    def _answer(self, member: Member, client: Client) -> None:
        """Answer, count and log a request that was begun."""
        slot, state = member.slot, member.slot.state
        status = 408 if member.killed else 500
        entry = _entry(member, client)
        now, start = time.monotonic_ns(), slot.call_start
        # OBSERVABILITY-4
        called = (now - start) / 1e9 if start else 0.0
        self.counts.record(entry.method, called, failed=True, timed_out=bool(member.killed))
        seconds = now / 1e9 - member.received if state == HANDED else (now - slot.received) / 1e9
        if not slot.bytes_sent:
            client.send(answer(status, head_only=entry.method == "HEAD"))
            self.journal.log(entry, status, _size(status, entry), seconds)
            self.front.linger(client)
            return
        self.journal.log(entry, slot.status, 0, seconds)
        if entry.protocol == "HTTP/1.0":
            client.reset()  # TIMEOUT-13: here an orderly end would look like the whole answer
        else:
            client.close()

    def log_refusal(self, client: Client, status: int) -> None:
        """Log a request that was refused before it had a worker."""
        entry = Entry.of_head(client.address[0], client.data)
        seconds = time.monotonic() - client.received if client.received else 0.0
        self.journal.log(entry, status, _size(status, entry), seconds)


def _entry(member: Member, client: Client) -> Entry:
    """Return what is known of the request that a worker had."""
    if member.slot.state == HANDED:
        return Entry.of_head(client.address[0], member.head)
    description = member.slot.description()
    return Entry.decode(description) if description else Entry(client.address[0])


def _size(status: int, entry: Entry) -> int:
    """Return the size of the body of a short answer."""
    return 0 if entry.method == "HEAD" else len(own_body(status))
