"""The state of one test session: engine, images under test, and what their tests ask for."""

from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine.engine import Engine as BuildEngine
from tests.support import alone, order, report
from tests.support.containers import Engine
from tests.support.crew import Crew
from tests.support.heartbeat import Heartbeat
from tests.support.once import Once
from tests.support.runtime import Runtime
from tests.support.scratch import Scratch
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.specification import Specification
from tests.support.unit_tests import UnitTests


class Suite:
    """All that a session shares; made when the first test needs the engine."""

    makes = frozenset({"runtime", "server", "failure", "tools"})
    """The fixtures that `make` makes."""

    def __init__(
        self, builder: BuildEngine, catalog: Catalog, prefix: str, contract: Specification
    ) -> None:
        self._lock = alone.acquire()
        self.engine = Engine(builder.host)
        self.engine.clean()
        self.root: Path = catalog.root
        self.prefix = prefix
        # of its own, since what is removed may burn the CPU that a start needs
        self.remover = Crew("remover", 1)
        self.scratch = Scratch(self.engine)
        self.heartbeat = Heartbeat()
        self.tools = Tools(self.engine, builder, catalog, prefix)
        self.unit_tests = UnitTests(self.engine, builder, catalog, prefix)
        self._contract = contract
        self._runtimes = Once[Runtime]()

    def runtime(self, image: Image) -> Runtime:
        """Return the runtime for `image`, always the same one."""
        arguments = self.engine, image, self.prefix, self.root, self.scratch
        return self._runtimes.get(image.name, lambda: Runtime(*arguments))

    def make(self, item: pytest.Item, name: str) -> object:
        """Return what the fixture `name` gives to a test: started for it, or shared."""
        runtime = self.runtime(image_of(item))
        if name == "runtime":
            return runtime
        if name == "tools":
            return self.tools
        wanted = order.of(item)
        assert wanted is not None, f"{item.nodeid} needs the marker `function`"
        return runtime.launch(wanted) if name == "server" else runtime.fail(wanted)

    def used(self, item: pytest.Item) -> list[Server]:
        """Return the servers that the test of this thread has used so far."""
        return self.runtime(image_of(item)).used

    def sections(self, item: pytest.Item) -> list[tuple[str, str]]:
        """Return what a failure of this thread's test shows."""
        return report.sections(item, self._contract, self.used(item))

    def end_test(self, item: pytest.Item, failed: bool) -> list[tuple[str, str]]:
        """Remove what the test of this thread has used; return what its failure shows.

        A failed test's shared servers are removed too.
        """
        sections = self.sections(item) if failed else []
        for server in self.runtime(image_of(item)).end_test(failed):
            self.remover.begin(server.remove)
        return sections

    def close(self) -> None:
        """Remove everything."""
        self.remover.close()
        self.engine.close()
        if self._lock:
            self._lock.close()


def image_of(item: pytest.Item) -> Image:
    """Return the image that a test with the fixture `runtime` runs on."""
    image: Image = item.callspec.params["runtime"]  # type: ignore[attr-defined]
    return image
