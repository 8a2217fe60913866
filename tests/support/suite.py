"""The state of one test session: engine, images under test, and what the current test uses."""

from functools import partial
from pathlib import Path

import pytest

from imagebuild.catalog import Catalog, Image
from imagebuild.engine import Engine as BuildEngine
from tests.support import alone, order
from tests.support.containers import Engine
from tests.support.launcher import Failure
from tests.support.once import Once
from tests.support.pool import Pool
from tests.support.runtime import Runtime
from tests.support.scratch import Scratch
from tests.support.server import Server
from tests.support.sidecar import Tools

AHEAD = 3
"""How many tests ahead containers are started."""


class Suite:
    """All that a session shares; made when the first test needs the engine."""

    def __init__(self, builder: BuildEngine, catalog: Catalog, prefix: str) -> None:
        self._lock = alone.acquire()
        self.engine = Engine(builder.host)
        self.engine.clean()
        self.root: Path = catalog.root
        self.prefix = prefix
        self.pool = Pool()
        self.scratch = Scratch(self.engine)
        self.tools = Tools(self.engine, builder, catalog, prefix)
        self._runtimes = Once[Runtime]()

    def runtime(self, image: Image) -> Runtime:
        """Return the runtime for `image`, always the same one."""
        arguments = self.engine, image, self.prefix, self.root, self.scratch
        return self._runtimes.get(image.name, lambda: Runtime(*arguments))

    def look_ahead(self, item: pytest.Item, following: list[pytest.Item]) -> None:
        """Start what this test and the next ones ask for; wait for all where it is `quiet`."""
        for coming in (item, *following[:AHEAD]):
            wanted = order.of(coming)
            if wanted is not None:
                self.pool.prefetch(coming.nodeid, partial(self._make, coming, wanted))
        if item.get_closest_marker("quiet"):
            self.pool.settle()

    def server(self, item: pytest.Item) -> Server:
        """Return the running server that the marker `function` of a test asks for."""
        runtime = self.runtime(image_of(item))
        server = self._take(item)
        assert isinstance(server, Server)
        runtime.used.append(server)
        return server

    def failure(self, item: pytest.Item) -> Failure:
        """Return how the function of the marker `function` of a test failed to load."""
        failure = self._take(item)
        assert isinstance(failure, Failure)
        return failure

    def used(self) -> list[Server]:
        """Return the servers that the current test has used so far."""
        return [server for runtime in self._runtimes.values() for server in runtime.used]

    def end_test(self, item: pytest.Item, failed: bool) -> None:
        """Remove the servers of the test that has ended; a failed one's shared servers too."""
        for server in self.runtime(image_of(item)).end_test(failed):
            self.pool.later(server.remove)

    def _take(self, item: pytest.Item) -> Server | Failure:
        wanted = order.of(item)
        assert wanted is not None, f"{item.nodeid} needs the marker `function`"
        taken = self.pool.take(item.nodeid, partial(self._make, item, wanted))
        # A shared one may have been dropped since it was begun: a test that used it has failed.
        return self._make(item, wanted) if wanted.shared else taken

    def _make(self, item: pytest.Item, wanted: order.Order) -> Server | Failure:
        runtime = self.runtime(image_of(item))
        if "failure" in item.fixturenames:  # type: ignore[attr-defined]
            return runtime.fail(wanted)
        return runtime.launch(wanted)

    def close(self) -> None:
        """Remove everything."""
        self.pool.close()
        self.engine.close()
        if self._lock:
            self._lock.close()


def image_of(item: pytest.Item) -> Image:
    """Return the image that a test with the fixture `runtime` runs on."""
    image: Image = item.callspec.params["runtime"]  # type: ignore[attr-defined]
    return image
