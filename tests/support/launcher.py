"""Starting functions on an image."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.models.containers import Container

from imagebuild.catalog.catalog import Image
from tests.support.containers import Engine
from tests.support.functions import Functions
from tests.support.naming import Names, names
from tests.support.order import Order
from tests.support.phases import INSTALL_VOLUME, PhaseFailedError, Phases
from tests.support.scratch import TERMINATION_LOG, File, Scratch
from tests.support.server import Server

DEFAULT_PORT = 8080
REFUSAL_SECONDS = 15.0


@dataclass(frozen=True)
class Failure:
    """A function that failed to load, in a phase or in the runtime, `seconds` after its start.

    `health` holds the statuses that `/healthz` was answered with until the end.
    """

    exit_code: int
    stdout: str
    stderr: str
    termination_log: str
    seconds: float
    health: frozenset[int]
    names: Names


class Launcher:
    """Starts the containers of one image; they belong to the caller."""

    def __init__(
        self, engine: Engine, image: Image, prefix: str, root: Path, scratch: Scratch
    ) -> None:
        self.tag = image.tag(prefix)
        self.phases = Phases(engine, image, prefix, scratch)
        self.functions = Functions(engine, image, root, self.phases)
        self._engine = engine
        self._image = image
        self._scratch = scratch

    def server(self, order: Order) -> Server:
        """Start what `order` asks for and wait until it is healthy."""
        mounts = self._mounts(order)
        port = int(order.settings.get("FUNC_PORT") or DEFAULT_PORT)
        with self._engine.starts.one():
            container, log = self._create(order, mounts)
            server = Server(container, self._engine, port, log)
            if order.options.get("network_mode") != "none":
                try:
                    server.wait_healthy()
                except AssertionError:
                    server.remove()
                    raise
        return server

    def failure(self, order: Order) -> Failure:
        """Return how the function of `order` failed to load."""
        named = names(order.function, self._image.language_entry.fixtures)
        try:
            mounts = self._mounts(order)
        except PhaseFailedError as error:
            ended = error.result
            streams = ended.stdout, ended.stderr, ended.termination_log
            return Failure(ended.exit_code, *streams, 0.0, frozenset(), named)
        with self._engine.starts.one():
            container, log = self._create(order, mounts)
            server = Server(container, self._engine, DEFAULT_PORT, log)
            health = server.health_until_exit(REFUSAL_SECONDS)
        try:
            code, seconds = server.exit_code(within=1), server.seconds_alive
            streams = server.stdout, server.stderr, server.termination_log
            return Failure(code, *streams, seconds, health, named)
        finally:
            server.remove()

    def _mounts(self, order: Order) -> dict[str, dict[str, str]]:
        """Put the function of `order` through its phases, if need be; return where it goes."""
        if order.options.get("empty"):
            return {}
        return {self.functions.volume(order.function): {"bind": INSTALL_VOLUME, "mode": "ro"}}

    def _create(self, order: Order, mounts: Mapping[str, dict[str, str]]) -> tuple[Container, File]:
        options = {name: value for name, value in order.options.items() if name != "empty"}
        log = self._scratch.file(self.tag)
        volumes = {log.source: {"bind": TERMINATION_LOG, "mode": "rw"}, **mounts}
        named = names(order.function, self._image.language_entry.fixtures)
        settings = {"MOD_NAME": named.module, "FUNC_HANDLER": named.handler, **order.settings}
        environment = {name: value for name, value in settings.items() if value is not None}
        container = self._engine.create(
            self.tag, environment=environment, volumes=volumes, **options
        )
        return container, log
