"""One image under test, and how functions are started on it."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.models.containers import Container

from imagebuild.catalog import Image
from tests.support.containers import Engine, listing, remove
from tests.support.functions import Functions
from tests.support.naming import Names, names
from tests.support.order import Order
from tests.support.phases import INSTALL_VOLUME, PhaseFailedError, Phases, Prepared
from tests.support.scratch import TERMINATION_LOG, File, Scratch
from tests.support.server import Server

DEFAULT_PORT = 8080
REFUSAL_SECONDS = 15.0


@dataclass(frozen=True)
class Failure:
    """A function that failed to load, in a phase or in the runtime, `seconds` after its start."""

    exit_code: int
    stdout: str
    stderr: str
    termination_log: str
    seconds: float
    health: frozenset[int]
    names: Names


class Runtime:
    """An image under test. Tests use `start`, `shared`, `failure` and `phases`."""

    def __init__(
        self, engine: Engine, image: Image, prefix: str, root: Path, scratch: Scratch
    ) -> None:
        self.engine = engine
        self.image = image
        self.tag = image.tag(prefix)
        self.used: list[Server] = []
        self._scratch = scratch
        self._phases = Phases(engine, image, prefix, scratch)
        self._functions = Functions(engine, image, root, self._phases)
        self._lock = threading.Lock()
        self._shared: dict[str, Future[Server]] = {}

    def start(
        self,
        function: str = "hello",
        settings: Mapping[str, str | None] | None = None,
        **options: Any,
    ) -> Server:
        """Start a container of its own for `function` and wait until it is healthy.

        `settings` are environment variables (None leaves one out), `options` the docker SDK's.
        The container is removed at the end of the test.
        """
        server = self.launch(Order(function, settings or {}, options))
        self.used.append(server)
        return server

    def shared(self, function: str, settings: Mapping[str, str | None] | None = None) -> Server:
        """Return the container with `function` that all tests share, started on first use."""
        server = self.launch_shared(Order(function, settings or {}, shared=True))
        self.used.append(server)
        return server

    def failure(
        self, function: str, settings: Mapping[str, str | None] | None = None, **options: Any
    ) -> Failure:
        """Put a function that can't be loaded through its phases and start it; return how it ended.

        The option `empty` leaves the install volume empty.
        """
        return self.launch_failure(Order(function, settings or {}, options))

    def phases(
        self,
        function: str,
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        **options: Any,
    ) -> Prepared:
        """Run the phases of `function` in a volume that is thrown away.

        `files` are added to those of the function.
        """
        volume = self.engine.temporary_volume()
        mounts = {volume: {"bind": INSTALL_VOLUME, "mode": "rw"}}
        content = {**self._functions.files(function), **(files or {})}
        given = self.names(function), content, volume
        ran = self._phases.run(*given, every=True, environment=environment, **options)
        results = tuple(ran)
        holder = self.engine.create(self.tag, ["none"], volumes=mounts)
        try:
            return Prepared(results, frozenset(listing(holder, INSTALL_VOLUME)))
        finally:
            remove(holder)

    def manifest(self, function: str) -> str:
        """Return the text of the manifest of `function`."""
        return self._functions.files(function)[self.image.language_entry.kubeless.depName].decode()

    def names(self, function: str) -> Names:
        """Return how this language names `function`."""
        return names(function, self.image.language_entry.fixtures)

    def launch(self, order: Order) -> Server:
        """Start what `order` asks for and wait until it is healthy; it belongs to the caller."""
        container, log = self._create(order)
        port = int(order.settings.get("FUNC_PORT") or DEFAULT_PORT)
        server = Server(container, self.engine, port, log)
        if order.options.get("network_mode") != "none":
            try:
                server.wait_healthy()
            except AssertionError:
                server.remove()
                raise
        return server

    def launch_shared(self, order: Order) -> Server:
        """Return the shared container for `order`; the first who asks starts it."""
        with self._lock:
            future = self._shared.get(order.key)
            if future is None or (future.done() and future.exception()):
                mine = self._shared[order.key] = Future[Server]()
            else:
                return future.result()
        try:
            mine.set_result(self.launch(order))
        except BaseException as error:
            mine.set_exception(error)
        return mine.result()

    def launch_failure(self, order: Order) -> Failure:
        """Return how the function of `order` failed to load."""
        try:
            container, log = self._create(order)
        except PhaseFailedError as error:
            ended = error.result
            streams = ended.stdout, ended.stderr, ended.termination_log
            return Failure(ended.exit_code, *streams, 0.0, frozenset(), self.names(order.function))
        server = Server(container, self.engine, DEFAULT_PORT, log)
        try:
            health = server.health_until_exit(REFUSAL_SECONDS)
            code, seconds = server.exit_code(within=1), server.seconds_alive
            streams = server.stdout, server.stderr, server.termination_log
            return Failure(code, *streams, seconds, health, self.names(order.function))
        finally:
            server.remove()

    def discard(self, servers: list[Server]) -> None:
        """Forget those of `servers` that are shared: a test failed on them."""
        with self._lock:
            for key, future in list(self._shared.items()):
                if future.done() and not future.exception() and future.result() in servers:
                    del self._shared[key]

    def is_shared(self, server: Server) -> bool:
        """Whether other tests may still use `server`."""
        with self._lock:
            return any(
                future.done() and not future.exception() and future.result() is server
                for future in self._shared.values()
            )

    def _create(self, order: Order) -> tuple[Container, File]:
        options = dict(order.options)
        log = self._scratch.file(self.tag)
        volumes = {log.source: {"bind": TERMINATION_LOG}}
        if not options.pop("empty", False):
            volumes[self._functions.volume(order.function)] = {"bind": INSTALL_VOLUME, "mode": "ro"}
        handler = self.names(order.function)
        settings: dict[str, str | None] = {
            "MOD_NAME": handler.module,
            "FUNC_HANDLER": handler.handler,
            **order.settings,
        }
        environment = {name: value for name, value in settings.items() if value is not None}
        container = self.engine.create(
            self.tag, environment=environment, volumes=volumes, **options
        )
        return container, log
