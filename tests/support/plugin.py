"""The pytest plug-in: images as parameters, clause markers, features, waivers, failure reports."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from imagebuild.catalog import catalog as catalogs
from tests.support import order, report, selection, specification
from tests.support.fixtures import AHEAD, CATALOG, SPECIFICATION, SUITE, ahead_of, suite_of

MARKERS = (
    "clause(*ids): clauses of SPEC.md that the test verifies",
    "function(name, **settings_and_options): what the fixture `server` or `failure` starts",
    "needs(*names): further reference functions that the test starts itself",
    "variant(*names): the test is for these variants of images only",
    "quiet: measures short times; nothing is started or removed meanwhile",
    "bounded: states how long something may take; fewer containers start meanwhile",
)
FAILED = pytest.StashKey[bool]()
OVERLOADED = pytest.StashKey[bool]()
"""Whether a test is to be tried again only when the machine is calm."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the suite's options."""
    group = parser.getgroup("contract")
    group.addoption("--image", action="append", default=[], help="image NAME, `*` allowed")
    group.addoption("--clause", action="append", default=[], help="only tests that cite it")
    group.addoption("--prefix", default="", help="prefix of the images' tags")
    group.addoption("--catalog", default="images.yaml", help="the catalog, from the root folder")
    group.addoption("--without-image", action="store_true", help="only tests that need no image")
    group.addoption("--results", default="", help="file for the results, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Read the catalog and the contract."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    path = config.rootpath / config.getoption("--catalog")
    if path.exists():
        config.stash[CATALOG] = catalogs.load(path)
        config.stash[SPECIFICATION] = specification.read(path.parent)
    if config.getoption("--results"):
        results = report.Results(Path(config.getoption("--results")))
        config.pluginmanager.register(results, "contract-results")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test with the fixture `runtime` on each image."""
    if "runtime" in metafunc.fixturenames:
        patterns = metafunc.config.getoption("--image")
        catalog = metafunc.config.stash[CATALOG]
        images = selection.images_for(metafunc.definition.path, catalog, patterns)
        names = [image.name for image in images]
        metafunc.parametrize("runtime", images, indirect=True, ids=names, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what doesn't apply, and apply the waivers."""
    if SPECIFICATION not in config.stash:
        return
    wanted: list[str] = config.getoption("--clause")
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        keep = selection.applies(item, config.stash[SPECIFICATION], wanted)
        has_image = "runtime" in getattr(item, "fixturenames", ())
        if config.getoption("--without-image"):
            keep = keep and not has_image
        elif config.getoption("--image"):
            keep = keep and has_image
        (kept if keep else left_out).append(item)
        selection.waive(item)
    items[:] = selection.quiet_last(kept)
    config.hook.pytest_deselected(items=left_out)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Make what all tests share before the first one, whose time it would count against."""
    used = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if "runtime" in used and not session.config.option.collectonly:
        suite = suite_of(session.config)
        if "tools" in used:
            assert suite.tools.image


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin this test and those that follow."""
    item.stash[FAILED] = False
    if item.stash.get(OVERLOADED, False):
        suite_of(item.config).heartbeat.wait_until_calm()
    item.stash[OVERLOADED] = False
    if selection.image_of(item) is not None:
        ahead_of(item.config).look(item.session.items, item.session.items.index(item))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Wait for the end of a test that has begun; others are called by pytest."""
    if selection.image_of(pyfuncitem) is None or order.is_quiet(pyfuncitem):
        return None
    ahead_of(pyfuncitem.config).call(pyfuncitem, pyfuncitem.funcargs)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Let tests begin that only needed a fixture of their module or of the session."""
    value = yield
    if fixturedef.scope != "function" and AHEAD in request.config.stash:
        request.config.stash[AHEAD].keep(fixturedef.argname, request.node, value)
    return value


def pytest_fixture_post_finalizer(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> None:
    """Let no further test begin with a fixture that is torn down."""
    if fixturedef.scope != "function" and AHEAD in request.config.stash:
        request.config.stash[AHEAD].drop(fixturedef.argname, request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach clause, image, requests and logs to a failure."""
    result = yield
    ahead = item.config.stash.get(AHEAD, None)
    if ahead is not None and selection.image_of(item) is not None:
        item.stash[FAILED] |= result.failed
        ahead.explain(item, result)
        item.stash[OVERLOADED] |= bool(report.machine(result))
        if call.when == "teardown":
            ahead.end(item, item.stash[FAILED])
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove all containers, after Ctrl-C too."""
    if SUITE in config.stash:
        config.stash[AHEAD].close()
        config.stash[SUITE].close()


def pytest_report_header(config: pytest.Config) -> Iterator[str]:
    """Say which images are tested."""
    for pattern in config.getoption("--image"):
        yield f"image: {pattern}"
