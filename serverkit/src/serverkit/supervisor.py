"""Process 1: one loop that never runs the function's code, and so is never held up by it.

It owns every connection, gives those that have sent a request to workers, watches the deadlines,
and reaps whatever ends.
"""

import os
import selectors
import signal
import time

from serverkit.client import Client
from serverkit.deadline import end_tree, wait_for_end
from serverkit.front import Front
from serverkit.metrics import Counts, exposition
from serverkit.nursery import Nursery, most_active
from serverkit.pool import Member, Pool
from serverkit.settings import Settings
from serverkit.slots import EMPTY
from serverkit.stand_in import Journal, StandIn
from serverkit.wire import TEXT, Probe, answer

SWEEP = 1.0  # seconds between looks at idle connections
SOON = 0.05  # seconds between looks while something is about to end
UNDYING = 0.5  # seconds after which the request of a killed worker is answered without its end
UNHEEDED = 5.0  # seconds, at least, a worker has to take or give back a connection
HOOK_TIME = 0.3  # seconds the function has for its handlers and hooks at the end
RECALL_TIME = 0.5  # seconds a drain waits for connections that are idle
_END = frozenset((signal.SIGTERM, signal.SIGINT))  # LIFECYCLE-8


class Supervisor:
    """Runs one function until it is told to end."""

    def __init__(self, settings: Settings, nursery: Nursery) -> None:
        self.settings = settings
        self.nursery = nursery
        self.slots = nursery.slots
        self.signals = nursery.signals
        self.counts = [Counts(extra) for extra in self.slots.extras]
        self.selector = selectors.DefaultSelector()
        self.journal = Journal(settings.log_format)
        self.front = Front(settings, self.selector, self.answer_probe, self.refuse)
        self.stand_in = StandIn(self.front, self.counts[0], self.journal)
        self.front.refused = self.stand_in.log_refusal
        self.pool = Pool(
            self.slots,
            most_active(settings),
            self.selector,
            self.nursery.fork,
            self.front.take_back,
        )
        self.next_check = 0.0
        self.drain_start = 0.0  # 0 while there is no drain
        self.told_to_end = False

    def run(self) -> int:
        """Listen once the function is loaded, and serve; return the exit code of the process."""
        self.selector.register(self.signals, selectors.EVENT_READ, self.signals)
        exposition(self.counts, 0)  # imports, meanwhile, what the first scrape would wait for
        code = self.nursery.wait_until_loaded()
        if code is not None:
            return code
        self.pool.grow()
        self.front.listen(self.settings.port)  # LOAD-9
        while not self.is_done():
            self.turn(self.next_check - time.monotonic())
            if self.told_to_end and not self.drain_start:
                self.turn(0)  # LIFECYCLE-1: what has arrived by now is in flight
                self.drain_start = time.monotonic()
                self.slots.draining = True
        self.end()
        return 0

    def turn(self, seconds: float) -> None:
        """Handle what happens within so many seconds, the first of it at once."""
        received: set[int] = set()
        for key, _ in self.selector.select(max(0.0, seconds)):
            if isinstance(key.data, Client):
                self.front.receive(key.data)
            elif isinstance(key.data, Member):
                self.pool.receive(key.data)
            elif key.data is self.front:
                self.front.accept()
            else:
                received = self.signals.read()
        if signal.SIGCHLD in received:
            self.reap()
        self.told_to_end = self.told_to_end or bool(received & _END)
        if time.monotonic() >= self.next_check:
            self.check()
        self.dispatch()

    def dispatch(self) -> None:
        """Hand waiting clients to workers."""
        queue = self.front.queue
        while queue and self.pool.hand(queue[0]):
            queue.popleft()
            self.next_check = min(self.next_check, time.monotonic() + self.settings.timeout)
        if queue:
            self.next_check = min(self.next_check, queue[0].since + self.settings.timeout)
        self.slots.waiting = len(queue)

    def refuse(self, begun: bool) -> int:
        """Return the status for a request that can't be admitted, else 0 (CONCURRENCY-4).

        In a drain, those that were `begun` before it are in flight (LIFECYCLE-1).
        """
        admitted = self.pool.executing() + len(self.front.queue)
        refused = (self.drain_start and not begun) or admitted >= self.settings.concurrency
        return 503 if refused else 0

    def answer_probe(self, probe: Probe) -> bytes:
        """Return the answer to a probe."""
        status, body, kind = 200, b"ok\n", TEXT  # LIFECYCLE-10
        if probe.name == "readyz":
            status, body = self.readiness()
        elif probe.name == "metrics":
            in_flight = sum(slot.call_start > 0 for slot in self.slots.slots)
            body = exposition(self.counts, in_flight)
            kind = "text/plain; version=0.0.4; charset=utf-8"
        return answer(
            status, body, content_type=kind, keep_alive=probe.keep_alive, head_only=probe.head_only
        )

    def readiness(self) -> tuple[int, bytes]:
        """Return status and body of the answer to `/readyz` (LIFECYCLE-6, LIFECYCLE-11)."""
        if self.drain_start:
            return 503, b"draining\n"
        if self.nursery.has_loaded() or self.pool.is_loaded():
            return 200, b"ready\n"
        return 503, b"loading\n"

    def check(self) -> None:
        """Stop what has passed its deadline, and work out when to look again."""
        now, timeout = time.monotonic(), self.settings.timeout
        self.next_check = now + min(SOON if self.drain_start else SWEEP, timeout)
        for member in list(self.pool.members.values()):
            start = member.slot.call_start / 1e9
            unheeded = member.unheeded()
            if member.killed:
                if now - member.killed > UNDYING:
                    self.stand_in.speak_for(member)
            elif (start and now - start >= timeout) or (
                unheeded and now - unheeded >= max(timeout, UNHEEDED)
            ):
                # TIMEOUT-1: its answer follows when its end is reaped, a moment later.
                self.pool.give_up(member)
                end_tree(member.pid)
                self.next_check = min(self.next_check, now + UNDYING + SOON)
            elif start:
                self.next_check = min(self.next_check, start + timeout)
        self.front.sweep(timeout)
        self.journal.flush()
        if self.pool.drop_unborn():
            self.nursery.end()
        self.nursery.revive(self.forget)
        if not self.nursery.has_loaded() or now < self.pool.paused_until:
            self.next_check = min(self.next_check, now + SOON)
        self.pool.shrink()
        self.pool.grow()
        if self.drain_start:
            self.pool.recall()  # LIFECYCLE-9

    def reap(self) -> None:
        """Reap all that has ended: workers, the zygote, orphans (LIFECYCLE-7)."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self.nursery.pid:
                self.nursery.ended()
                self.nursery.revive(self.forget)
            member = self.pool.bury(pid)
            if member:
                self.stand_in.speak_for(member)
                member.slot.clear(EMPTY)
                self.pool.grow()  # FAILURE-7
                self.next_check = min(self.next_check, time.monotonic() + SOON)

    def forget(self) -> None:
        """Close, in a new zygote, what is the supervisor's only."""
        self.selector.close()
        self.front.close_all()
        self.pool.close_all()

    def is_done(self) -> bool:
        """Whether a drain has come to its end."""
        if not self.drain_start:
            return False
        drained = time.monotonic() - self.drain_start
        killed = any(m.client for m in self.pool.members.values() if m.killed)  # not answered yet
        busy = self.front.queue or self.front.begun or self.pool.executing() or killed
        leased = self.pool.active and drained < RECALL_TIME
        return drained >= self.settings.grace_period or not (busy or leased)

    def end(self) -> None:
        """Refuse what has arrived meanwhile, and end all workers."""
        self.turn(0)
        self.turn(0)
        workers = list(self.pool.by_pid)
        self.pool.quit()
        wait_for_end(workers, HOOK_TIME)
        for pid in workers:
            end_tree(pid)
