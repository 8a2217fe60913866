"""The fixtures of tests that need containers."""

import pytest

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import engine
from imagebuild.process import Processes
from tests.support.ahead import Ahead
from tests.support.launcher import Failure
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.specification import Specification
from tests.support.suite import Suite
from tests.support.unit_tests import UnitTests

CATALOG = pytest.StashKey[Catalog]()
SPECIFICATION = pytest.StashKey[Specification]()
SUITE = pytest.StashKey[Suite]()
AHEAD = pytest.StashKey[Ahead]()


def suite_of(config: pytest.Config) -> Suite:
    """Return the session's state, made on first use; an engine is started if none answers."""
    if SUITE not in config.stash:
        catalog = config.stash[CATALOG]
        prefix = config.getoption("--prefix") or catalog.prefix
        builder = engine.connect(Processes(), catalog.root)
        config.stash[SUITE] = Suite(builder, catalog, prefix, config.stash[SPECIFICATION])
        config.stash[AHEAD] = Ahead(config.stash[SUITE])
    return config.stash[SUITE]


def ahead_of(config: pytest.Config) -> Ahead:
    """Return the tests that have begun ahead of their turns."""
    suite_of(config)
    return config.stash[AHEAD]


@pytest.fixture(scope="session")
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """The image under test."""
    image: Image = request.param
    found = suite_of(request.config).runtime(image)
    if found.engine.image(found.tag) is None:
        pytest.fail(f"no image `{found.tag}`\nhint: ./build.py build {image.name}", pytrace=False)
    return found


@pytest.fixture
def server(request: pytest.FixtureRequest, runtime: Runtime) -> Server:
    """The function that the marker `function` names, running; without it a shared `hello`."""
    given = ahead_of(request.config).given(request.node, "server")
    assert isinstance(given, Server)
    return given


@pytest.fixture
def failure(request: pytest.FixtureRequest, runtime: Runtime) -> Failure:
    """How the function that the marker `function` names failed to load."""
    given = ahead_of(request.config).given(request.node, "failure")
    assert isinstance(given, Failure)
    return given


@pytest.fixture
def tools(request: pytest.FixtureRequest, runtime: Runtime) -> Tools:
    """Tools to look at a container from beside it."""
    return suite_of(request.config).tools


@pytest.fixture(scope="session")
def unit_tests(request: pytest.FixtureRequest) -> UnitTests:
    """Runs the stage `tests` of a Dockerfile: `unit_tests("LANGUAGE")`."""
    return suite_of(request.config).unit_tests
