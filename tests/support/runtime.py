"""One image under test: what the fixture `runtime` gives."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagebuild.catalog.catalog import Image
from tests.support.containers import Engine, listing, remove
from tests.support.launcher import Failure, Launcher
from tests.support.naming import Names, names
from tests.support.once import Once
from tests.support.order import Order
from tests.support.phases import INSTALL_VOLUME, Prepared
from tests.support.scratch import Scratch
from tests.support.server import Server


class Runtime:
    """An image under test. Tests use `start`, `shared`, `failure` and `phases`."""

    def __init__(
        self, engine: Engine, image: Image, prefix: str, root: Path, scratch: Scratch
    ) -> None:
        self.engine = engine
        self.image = image
        self.tag = image.tag(prefix)
        self._local = threading.local()
        self._launcher = Launcher(engine, image, prefix, root, scratch)
        self._servers = Once[Server]()
        self._failures = Once[Failure]()

    @property
    def used(self) -> list[Server]:
        """The servers that the test which runs in this thread has used so far."""
        used: list[Server] = self._local.__dict__.setdefault("used", [])
        return used

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
        server = self.launch(Order(function, settings or {}, shared=True))
        self.used.append(server)
        return server

    def failure(
        self, function: str, settings: Mapping[str, str | None] | None = None, **options: Any
    ) -> Failure:
        """Put a function that can't be loaded through its phases and start it; return how it ended.

        The option `empty` leaves the install volume empty.
        """
        return self.fail(Order(function, settings or {}, options))

    def phases(
        self,
        function: str,
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        **options: Any,
    ) -> Prepared:
        """Run all phases of `function` in a volume that is thrown away.

        `files` are added to those of the function.
        """
        volume = self.engine.temporary_volume()
        content = {**self._launcher.functions.files(function), **(files or {})}
        given = self.names(function), content, volume
        ran = self._launcher.phases.run(*given, every=True, environment=environment, **options)
        results = tuple(ran)
        mounts = {volume: {"bind": INSTALL_VOLUME, "mode": "rw"}}
        holder = self.engine.create(self.tag, ["none"], volumes=mounts)
        try:
            return Prepared(results, frozenset(listing(holder, INSTALL_VOLUME)))
        finally:
            remove(holder)

    def manifest(self, function: str) -> str:
        """Return the text of the manifest of `function`."""
        files = self._launcher.functions.files(function)
        return files[self.image.language_entry.kubeless.depName].decode()

    def names(self, function: str) -> Names:
        """Return how this language names `function`."""
        return names(function, self.image.language_entry.fixtures)

    def launch(self, order: Order) -> Server:
        """Return a server for `order`: the one that all share, or one that the caller owns."""
        if order.shared:
            return self._servers.get(order.key, lambda: self._launcher.server(order))
        return self._launcher.server(order)

    def fail(self, order: Order) -> Failure:
        """Return how the function of `order` failed to load; tried once for all tests."""
        return self._failures.get(order.key, lambda: self._launcher.failure(order))

    def end_test(self, failed: bool) -> list[Server]:
        """Return the servers of this thread's test, which has ended, that nobody needs any more.

        After a failure these are all that it used, and what is asked for again starts anew.
        """
        used = list(self.used)
        self.used.clear()
        for server in used:
            server.end_test()
        if failed:
            self._servers.drop(lambda server: server in used)
            self._failures.drop(lambda failure: True)
        return [server for server in used if server not in self._servers]
