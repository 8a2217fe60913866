"""A worker: executes calls, one at a time, on the connections that the supervisor hands it."""

import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from serverkit.access_log import Entry, line_maker
from serverkit.app import create_app
from serverkit.client import RECEIVE
from serverkit.coroutines import Coroutines
from serverkit.head import HEAD_LIMIT, head_end, without_empty_lines
from serverkit.loader import Function
from serverkit.messages import (
    FINISHED,
    GIVE_BACK,
    GONE,
    HAND,
    HELLO,
    LIMIT,
    LINGER,
    RECALL,
    receive_descriptor,
)
from serverkit.metrics import Counts
from serverkit.server import Connection, Outcome, Request, Server, entry_of, respond
from serverkit.settings import Settings
from serverkit.slots import CALLING, IDLE, LEASED, READING, SENDING, Slot, Slots
from serverkit.stream import Reader, Socket, Writer, new_poll
from serverkit.wire import is_probe, lacks_body

LEASE = 0.05  # seconds a worker keeps a connection that is idle


class SlotWatch:
    """Keeps the slot up to date while a call goes on."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.start = 0
        self.end = 0

    def begin(self) -> None:
        """Start the call's deadline."""
        self.start, self.end = time.monotonic_ns(), 0
        self.slot.state = CALLING
        self.slot.call_start = self.start

    def returned(self) -> None:
        """End the call's deadline: all of the answer is there."""
        if self.start and not self.end:
            self.slot.call_start = 0
            self.slot.state = SENDING
            self.end = time.monotonic_ns()


class Worker:
    """One worker process. `log` takes the lines of the access log."""

    def __init__(
        self,
        function: Function,
        settings: Settings,
        slots: Slots,
        index: int,
        control: socket.socket,
        log: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.slots = slots
        self.slot = slots.slots[index]
        self.counts = Counts(slots.extras[index])
        self.control = control
        self.log = log
        self.line = line_maker(settings.log_format)
        self.coroutines = Coroutines()
        self.watch = SlotWatch(self.slot)
        app = create_app(function, settings, self.watch, self.coroutines)
        self.server = Server(app, settings.port, settings.body_limit, settings.idle_timeout)

    def run(self) -> None:
        """Serve until told to quit, or until the supervisor is gone."""
        self.control.send(HELLO + str(os.getpid()).encode("ascii"))
        poll = new_poll()
        poll.register(self.control, select.POLLIN)
        while True:
            self.coroutines.wait(poll, [self.control.fileno()], None)
            message, descriptor = receive_descriptor(self.control, LIMIT)
            if message[:1] == HAND:
                self.take(message, descriptor)
            elif message[:1] != RECALL:  # QUIT, or nothing: the supervisor has ended
                return

    def take(self, message: bytes, descriptor: int) -> None:
        """Serve a connection for as long as it is ours."""
        origin, _, data = message[1:].partition(b"\n")
        host, port, received = origin.decode("ascii").split(" ")
        with Socket(fileno=descriptor) as client:
            farewell = self.serve(client, (host, int(port)), data, int(received))
            self.slot.clear(IDLE)
        self.control.send(farewell)

    def serve(
        self, client: socket.socket, address: tuple[str, int], data: bytes, received: int
    ) -> bytes:
        """Answer requests until the connection has to go; return what to tell the supervisor.

        The first request's `data` was `received` then, in monotonic nanoseconds.
        """
        while True:
            reader = Reader(client, data, self.settings.body_time)
            connection = Connection(reader, Writer(client, self.slot), address)
            outcome = self.answer(connection, received)
            data = without_empty_lines(reader.leftover())
            if outcome.broken:
                return GONE
            if not outcome.keep:
                with suppress(OSError):  # the client has reset the connection
                    client.shutdown(socket.SHUT_WR)
                return FINISHED if outcome.status < 400 else LINGER
            if not data:
                next_data = self.next_request(client)
                if next_data is None:
                    return GIVE_BACK
                if not next_data:
                    return GONE
                data = without_empty_lines(next_data)
            received = time.monotonic_ns()
            # Probes, and what comes in pieces, are the supervisor's.
            if self.slots.draining or is_probe(data) or not 0 <= head_end(data) <= HEAD_LIMIT:
                return GIVE_BACK + data
            if lacks_body(data):
                data += self.next_piece(client)
                if lacks_body(data):
                    return GIVE_BACK + data

    def answer(self, connection: Connection, received: int) -> Outcome:
        """Answer one request, count its call, log it."""
        self.slot.clear(READING)
        self.slot.received = received
        self.watch.start = 0
        request = Request(self.server, connection)
        request.parse_request()
        if not request.ready:
            outcome = Outcome(request.refused, request.size, keep=False)
            entry = Entry.of_head(connection.remote_addr, connection.rfile.head())
        else:
            entry = entry_of(request)
            self.slot.describe(entry.encode())
            outcome = respond(request)
        self.slot.call_start = 0
        self.slot.state = SENDING
        watch = self.watch
        if watch.start:
            seconds = ((watch.end or time.monotonic_ns()) - watch.start) / 1e9
            self.counts.record(entry.method, seconds, failed=outcome.failed)
        # Whatever happens now, it is counted already; FAILURE-8: a connection that is kept, and of
        # whose next request nothing is read, is as good as before should this process end.
        rests = outcome.keep and not connection.rfile.leftover()
        self.slot.state = LEASED if rests else IDLE
        elapsed = (time.monotonic_ns() - received) / 1e9
        self.log(self.line(entry, outcome.status, outcome.size, elapsed))
        return outcome

    def next_piece(self, client: socket.socket) -> bytes:
        """Return what comes within a moment: a body often follows its head in a second packet."""
        self.slot.clear(READING)
        poll = new_poll()
        poll.register(client, select.POLLIN)
        if not poll.poll(LEASE * 1000):
            return b""
        try:
            return client.recv(RECEIVE)
        except OSError:
            return b""

    def next_request(self, client: socket.socket) -> bytes | None:
        """Wait for the next request on a leased connection.

        Returns None where the connection has to be given back, nothing where the client has left.
        """
        if self.slots.waiting or self.slots.draining:
            return None
        self.slot.state = LEASED
        poll = new_poll()
        poll.register(client, select.POLLIN)
        poll.register(self.control, select.POLLIN)
        descriptors = [client.fileno(), self.control.fileno()]
        ready = self.coroutines.wait(poll, descriptors, LEASE)
        if client.fileno() not in ready:
            return None  # a recall, the end of the lease, or (seen next) the supervisor's end
        self.slot.state = READING
        try:
            return client.recv(RECEIVE)
        except BlockingIOError:
            return None
        except OSError:
            return b""
