"""Answers, counts and logs in the place of workers that are gone, and of those never asked."""

import os
import select
import time
from collections import deque
from contextlib import suppress

from serverkit.access_log import Entry, line_maker
from serverkit.client import Client
from serverkit.front import Front
from serverkit.metrics import Counts
from serverkit.pool import Member
from serverkit.slots import LEASED
from serverkit.wire import answer


class Journal:
    """Writes the supervisor's lines of the access log without ever waiting for their reader."""

    def __init__(self, log_format: str) -> None:
        self._line = line_maker(log_format)
        self._lines: deque[bytes] = deque(maxlen=10_000)
        self._poll = select.poll()
        self._poll.register(1, select.POLLOUT)

    def log(self, entry: Entry, status: int, seconds: float) -> None:
        """Log a request."""
        size = len(answer(status)) if status else 0
        self._lines.append(self._line(entry, status, size, seconds).encode("utf-8"))
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
        slot = member.slot
        if slot.state == LEASED:  # it had nothing to do: its connection is as good as before
            self.front.watch(client)
            return
        status = 408 if member.killed else 500
        start = slot.call_start
        description = slot.description()
        entry = Entry.decode(description) if description else Entry(client.address[0])
        seconds = (time.monotonic_ns() - start) / 1e9 if start else 0.0
        if start:  # OBSERVABILITY-4
            self.counts.record(entry.method, seconds, failed=True, timed_out=bool(member.killed))
        self.journal.log(entry, status, seconds)
        if not slot.bytes_sent:
            client.send(answer(status, head_only=entry.method == "HEAD"))
            self.front.linger(client)
        elif entry.protocol == "HTTP/1.0":
            client.reset()  # TIMEOUT-13: here an orderly end would look like the whole answer
        else:
            client.close()

    def log_refusal(self, client: Client, status: int) -> None:
        """Log a request that was refused; of it, only the first line is looked at."""
        entry = Entry(client.address[0])
        words = client.data.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) == 3:
            entry = Entry(client.address[0], *words)
        self.journal.log(entry, status, time.monotonic() - client.since)
