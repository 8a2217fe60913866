"""Tests begin ahead of their turns, several at a time: most of them only wait.

All that come until the next one marked `quiet` begin, in their order and as far as there are
threads; those that share a container, one after the other. A quiet test measures short times: it
is called in its turn, when nothing else runs; only its container is there before.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pytest

from tests.support import order, report, selection
from tests.support.crew import Crew
from tests.support.server import Server
from tests.support.suite import Suite, image_of
from tests.support.trial import Trial, parameters

THREADS = 8
END_SECONDS = 5.0


class Ahead:
    """The trials of the tests that come, and the values of fixtures that tests share."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._crew = Crew("test", THREADS)
        self._trials: dict[str, Trial] = {}
        self._values: dict[tuple[str, object], object] = {}

    def look(self, items: Sequence[pytest.Item], index: int) -> None:
        """Begin the test at `index` of `items`, and what can begin of those that follow."""
        current, after_quiet = items[index], False
        for place, item in enumerate(items[index:], index):
            if selection.image_of(item) != image_of(current):
                break
            if after_quiet and not order.is_quiet(item):
                break
            after_quiet = order.is_quiet(item)
            if item.nodeid not in self._trials and self._is_ready(item):
                self._begin(item, partial(self._fixtures, item), place)
        if order.is_quiet(current):
            self._crew.settle()
            self._suite.remover.settle()

    def given(self, item: pytest.Item, name: str) -> object:
        """Return what the fixture `name` gives to a test whose turn has come."""
        trial = self._trials.get(item.nodeid)
        # a shared one may have been dropped meanwhile: a test that used it has failed
        stays = not (order.is_quiet(item) and order.is_shared(item))
        value = trial.given.result()[name] if trial and stays else self._suite.make(item, name)
        if order.is_quiet(item) and isinstance(value, Server):
            self._suite.used(item).append(value)
        return value

    def call(self, item: pytest.Item, fixtures: Mapping[str, object]) -> None:
        """Wait for the end of a test whose turn has come, and raise what it has raised."""
        if item.nodeid not in self._trials:
            self._begin(item, lambda: fixtures)
        self._trials[item.nodeid].returned.result()

    def explain(self, item: pytest.Item, result: pytest.TestReport) -> None:
        """Add what a failure shows to the report of a test, and how long its thread took."""
        trial = self._trials.get(item.nodeid)
        if trial and not order.is_quiet(item):
            result.duration = trial.seconds.get(result.when, result.duration)
        if result.failed:
            ended = trial.sections if trial else []
            result.sections += ended or self._suite.sections(item)
            self._blame(item, result, trial)

    def _blame(self, item: pytest.Item, result: pytest.TestReport, trial: Trial | None) -> None:
        """Note in the report of a test that measures times if the machine was too busy for it."""
        called = trial.called if trial and not order.is_quiet(item) else (result.start, result.stop)
        if order.measures_times(item) and (why := self._suite.heartbeat.complaint(*called)):
            result.user_properties.append((report.MACHINE, why))
            result.sections.append(("machine", why))

    def end(self, item: pytest.Item, failed: bool) -> None:
        """Forget the trial of a test that pytest has done with: it may be tried again."""
        trial = self._trials.pop(item.nodeid, None)
        if order.is_quiet(item):
            self._suite.end_test(item, failed)
        elif trial:
            trial.abandon()

    def keep(self, name: str, node: object, value: object) -> None:
        """Note a fixture's value that the tests of `node` share: those that need it can begin."""
        self._values[name, node] = value

    def drop(self, name: str, node: object) -> None:
        """Forget the value of a fixture that is torn down."""
        self._values.pop((name, node), None)

    def close(self) -> None:
        """Begin nothing more; what runs is ended by the removal of its containers."""
        self._crew.close()
        if not self._crew.is_idle(within=0):
            self._suite.engine.clean()
            self._crew.is_idle(within=END_SECONDS)

    def _begin(
        self, item: pytest.Item, make: Callable[[], Mapping[str, object]], place: int = 0
    ) -> None:
        runtime = self._suite.runtime(image_of(item))
        trial = Trial(item, runtime, make, partial(self._suite.end_test, item))
        self._trials[item.nodeid] = trial
        if order.is_quiet(item):
            self._crew.begin(trial.make, place)
        else:
            self._crew.begin(trial.run, place, order.lanes(item))

    def _is_ready(self, item: pytest.Item) -> bool:
        """Whether all that a test asks for can be made here, or has been made by pytest."""
        known = {*self._known(item), *self._suite.makes}
        names = set(item.fixturenames)  # type: ignore[attr-defined]
        return parameters(item) <= known and names - {"request"} <= known

    def _fixtures(self, item: pytest.Item) -> dict[str, object]:
        names: list[str] = item.fixturenames  # type: ignore[attr-defined]
        made = {name: self._suite.make(item, name) for name in names if name in self._suite.makes}
        return {**self._known(item), **made}

    def _known(self, item: pytest.Item) -> dict[str, object]:
        """Return the parameters of a test, and the fixtures of its module or session so far."""
        parameters: Mapping[str, object] = item.callspec.params  # type: ignore[attr-defined]
        nodes = item.listchain()
        values = {name: value for (name, node), value in self._values.items() if node in nodes}
        return {**parameters, **values}
