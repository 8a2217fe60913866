"""Which tests begin ahead of their turns."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import pytest

from tests.support import order, selection
from tests.support.ahead import Ahead
from tests.support.crew import Crew
from tests.support.starts import Starts
from tests.support.suite import Suite


@dataclass(eq=False)
class Item:
    """A test as the suite sees it."""

    nodeid: str
    function: Callable[..., None]
    marks: tuple[pytest.MarkDecorator, ...] = ()
    image: str = "image-1"
    needed: tuple[str, ...] = ()

    @property
    def callspec(self) -> SimpleNamespace:
        """Its parameters."""
        return SimpleNamespace(params={"runtime": SimpleNamespace(name=self.image)})

    @property
    def fixturenames(self) -> list[str]:
        """Its fixtures."""
        return ["runtime", "request", *self.needed]

    def iter_markers(self, name: str) -> Iterator[pytest.Mark]:
        """Return its markers of a name."""
        return (mark.mark for mark in self.marks if mark.name == name)

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        """Return its marker of a name."""
        return next(self.iter_markers(name), None)

    def listchain(self) -> list[object]:
        """Return the nodes it is in."""
        return ["module", self]


@dataclass
class Fake:
    """A suite that makes nothing but names."""

    makes: frozenset[str] = frozenset({"runtime", "server"})
    remover: Crew = field(default_factory=lambda: Crew("remover", 1))
    engine: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(starts=Starts()))

    def runtime(self, image: object) -> SimpleNamespace:
        """Return what keeps the servers of a test."""
        return SimpleNamespace(used=[], engine=self.engine)

    def make(self, item: Item, name: str) -> str:
        """Return the name of a fixture and its test."""
        return f"{name} of {item.nodeid}"

    def end_test(self, item: Item, failed: bool) -> list[tuple[str, str]]:
        """Return nothing to show."""
        return []


class Log:
    """The tests that have been called."""

    def __init__(self) -> None:
        self.called: set[str] = set()
        self._changed = threading.Condition()

    def test(self, name: str, *marks: pytest.MarkDecorator, image: str = "image-1") -> Item:
        """Return a test that notes that it was called."""

        def call(runtime: str) -> None:
            with self._changed:
                self.called.add(runtime.rpartition(" ")[2])
                self._changed.notify_all()

        return Item(name, call, marks, image)

    def holds(self, *names: str) -> bool:
        """Whether these tests are called, and no others so far."""
        with self._changed:
            self._changed.wait_for(lambda: self.called >= set(names), 10)
            return self.called == set(names)


def look(ahead: Ahead, items: list[Item], index: int = 0) -> None:
    """Tell that the turn of a test has come."""
    ahead.look(cast(list[pytest.Item], items), index)


def test_until_a_quiet_one() -> None:
    """All begin that come before the next quiet test, which waits for its turn."""
    log, ahead = Log(), Ahead(cast(Suite, Fake()))
    items = [log.test("1"), log.test("2"), log.test("3", pytest.mark.quiet), log.test("4")]
    items[2].needed = ("server",)
    look(ahead, items)
    assert log.holds("1", "2")
    look(ahead, items, 2)
    assert log.holds("1", "2")
    assert ahead.given(cast(pytest.Item, items[2]), "server") == "server of 3"
    look(ahead, items, 3)
    assert log.holds("1", "2", "4")


def test_image_by_image() -> None:
    """Nothing begins for the next image before its turn."""
    log, ahead = Log(), Ahead(cast(Suite, Fake()))
    items = [log.test("1"), log.test("2", image="image-2")]
    look(ahead, items)
    ahead.call(cast(pytest.Item, items[0]), {})
    assert log.holds("1")
    look(ahead, items, 1)
    assert log.holds("1", "2")


def test_fixtures_of_a_module() -> None:
    """A test that needs another fixture begins when pytest has made it, or has all in its turn."""
    log, ahead = Log(), Ahead(cast(Suite, Fake()))
    items = [log.test("1"), log.test("2"), log.test("3")]
    for item in items:
        item.needed = ("index",)
    look(ahead, items)
    ahead.call(cast(pytest.Item, items[0]), {"runtime": "runtime of 1", "index": "index"})
    assert log.holds("1")
    ahead.keep("index", "module", "the index")
    look(ahead, items, 1)
    assert log.holds("1", "2", "3")
    assert ahead.given(cast(pytest.Item, items[2]), "index") == "the index"


def test_failure_in_its_turn() -> None:
    """A failure is raised when the test's turn has come, and the test can be tried again."""
    ahead = Ahead(cast(Suite, Fake()))

    def fail(runtime: str) -> None:
        pytest.fail(runtime)

    item = cast(pytest.Item, Item("1", fail))
    for _ in range(2):
        ahead.look([item], 0)
        with pytest.raises(pytest.fail.Exception, match="runtime of 1"):
            ahead.call(item, {})
        ahead.end(item, failed=True)


def test_lanes() -> None:
    """Tests share what they name: a shared function, or those that they need."""
    shared = pytest.mark.function("hello", shared=True, FUNC_TIMEOUT="1")
    own, needs = pytest.mark.function("hello"), pytest.mark.needs("echo", "value")
    lanes = [order.lanes(cast(pytest.Item, Log().test("1", mark))) for mark in (shared, own, needs)]
    assert lanes == [{"hello"}, set(), {"echo", "value"}]


def test_quiet_last() -> None:
    """The quiet tests of an image are its last; images keep their order."""
    log, quiet = Log(), pytest.mark.quiet
    items = [log.test("1", quiet), log.test("2"), log.test("3", quiet, image="b")]
    items += [log.test("4", image="b"), log.test("5")]
    ordered = selection.quiet_last(cast(list[pytest.Item], items))
    assert [item.nodeid for item in ordered] == ["2", "5", "1", "4", "3"]
