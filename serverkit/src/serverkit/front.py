"""The front of the supervisor: accepts, reads heads, answers probes, queues what needs a worker.

Nothing here waits for a client, so probes are answered whatever clients and workers do.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from serverkit.client import Client
from serverkit.head import HEAD_LIMIT, can_begin, head_end, without_empty_lines
from serverkit.messages import GIVE_BACK, LINGER
from serverkit.settings import Settings
from serverkit.wire import Probe, answer, lacks_body, probe

HEAD_TIME_LIMIT = 60.0  # LIMITS-2: seconds a head may take to arrive, unless less is kept idle
LINGER_LIMIT = 10.0  # LIMITS-6: seconds for a client to read a refusal


class Front:
    """All connections that no worker has.

    `answer_probe` returns the answer to a probe, `refuse(begun)` the status of a request that can't
    be admitted, or 0; `refused` is told of each client that gets a status without a worker.
    """

    def __init__(
        self,
        settings: Settings,
        selector: selectors.BaseSelector,
        answer_probe: Callable[[Probe], bytes],
        refuse: Callable[[bool], int],
    ) -> None:
        self.settings = settings
        self.selector = selector
        self.answer_probe = answer_probe
        self.refuse = refuse
        self.refused: Callable[[Client, int], None] = lambda client, status: None
        self.listener: socket.socket | None = None
        self.clients: set[Client] = set()  # those that are read here
        self.begun: set[Client] = set()  # those of them whose body is on its way
        self.queue: deque[Client] = deque()

    def listen(self, port: int) -> None:
        """Start to accept connections."""
        try:
            listener = socket.create_server(
                ("::", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True
            )
        except (OSError, ValueError):  # no IPv6 here
            listener = socket.create_server(("", port), backlog=1024)
        listener.setblocking(False)
        self.listener = listener
        self.selector.register(listener, selectors.EVENT_READ, self)

    def accept(self) -> None:
        """Accept the connections there are."""
        assert self.listener is not None
        for _ in range(64):
            try:
                sock, address = self.listener.accept()
            except BlockingIOError:
                return
            except OSError:
                self.drop_oldest()  # no descriptor is left
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # CONCURRENCY-8
            self.watch(Client(sock, (address[0].removeprefix("::ffff:"), address[1])))

    def watch(self, client: Client) -> None:
        """Read this client from now on."""
        self.clients.add(client)
        self.selector.register(client.socket, selectors.EVENT_READ, client)

    def unwatch(self, client: Client) -> None:
        """Leave this client to others."""
        self.clients.discard(client)
        self.begun.discard(client)
        with suppress(KeyError, ValueError):
            self.selector.unregister(client.socket)

    def receive(self, client: Client) -> None:
        """Read a client that is readable."""
        if not client.receive():
            self.drop(client)
        elif not client.closing:
            self.consider(client)

    def consider(self, client: Client) -> None:
        """Act on what has been read of a request."""
        if not client.data:
            return
        end = head_end(client.data)
        if not can_begin(client.data):  # HTTP-19
            self.end(client, 400)
        elif (end if end >= 0 else len(client.data)) > HEAD_LIMIT:  # LIMITS-4
            self.end(client, 431)
        elif end >= 0:
            asked = probe(client.data)
            if asked:
                self.serve_probe(client, asked)
            elif status := self.refuse(client in self.begun):
                self.end(client, status)
            elif lacks_body(client.data):
                self.begun.add(client)  # CONCURRENCY-7: who is slow to send occupies no worker
            else:
                self.unwatch(client)
                client.since = time.monotonic()
                self.queue.append(client)

    def serve_probe(self, client: Client, asked: Probe) -> None:
        """Answer a probe; unlike other requests, it is not logged (OBSERVABILITY-8)."""
        client.send(answer(asked.refused) if asked.refused else self.answer_probe(asked))
        if asked.keep_alive:
            client.data = without_empty_lines(client.data[head_end(client.data) :])
            client.since = client.received = time.monotonic()
            self.consider(client)
        else:
            self.unwatch(client)
            self.linger(client)

    def take_back(self, client: Client, how: bytes, data: bytes) -> None:
        """Take a connection back from a worker."""
        client.since = client.received = time.monotonic()
        if how == GIVE_BACK:
            client.data = data
            self.watch(client)
            self.consider(client)
        elif how == LINGER:
            self.linger(client)
        else:  # the answer was the last, or the client has left
            client.close()

    def end(self, client: Client, status: int) -> None:
        """Answer a client that no worker will, and close."""
        self.unwatch(client)
        client.send(answer(status, head_only=client.data.startswith(b"HEAD ")))
        self.refused(client, status)
        self.linger(client)

    def linger(self, client: Client) -> None:
        """Close, but leave the client the time to read its answer."""
        client.start_closing()
        self.watch(client)

    def drop(self, client: Client) -> None:
        """Close at once."""
        self.unwatch(client)
        client.close()

    def drop_oldest(self) -> None:
        """Make room for another connection."""
        if self.clients:
            self.drop(min(self.clients, key=lambda client: client.since))

    def close_all(self) -> None:
        """Close all sockets, in a child."""
        for client in [*self.clients, *self.queue]:
            client.close()
        if self.listener:
            self.listener.close()

    def sweep(self, waiting_limit: float) -> None:
        """Close connections that have been idle, slow, or waiting for too long."""
        now, idle_limit = time.monotonic(), self.settings.idle_timeout
        head_limit = min(HEAD_TIME_LIMIT, idle_limit)
        while self.queue and now - self.queue[0].since >= waiting_limit:
            self.end(self.queue.popleft(), 503)  # LIMITS-9
        for client in list(self.clients):
            age = now - client.since
            if client.closing and age > LINGER_LIMIT:
                self.drop(client)
            elif client in self.begun:
                if age > self.settings.body_time:  # LIMITS-5
                    self.end(client, 408)
            elif client.data:
                if age > head_limit:
                    self.end(client, 408)
            elif not client.closing and age > idle_limit:  # LIMITS-1
                self.drop(client)
