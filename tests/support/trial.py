"""One try of a test in a thread of its own, so that it can begin ahead of its turn."""

import inspect
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import nullcontext

import pytest

from tests.support.runtime import Runtime
from tests.support.server import Server

Sections = list[tuple[str, str]]


def parameters(item: pytest.Item) -> set[str]:
    """Return the names of what the function of a test takes."""
    return set(inspect.signature(item.function).parameters)  # type: ignore[attr-defined]


class Trial:
    """A test that pytest will ask for: `given` are its fixtures, `returned` is how it ended.

    `make` makes the fixtures. `end` drops what the test has used, and returns what the report
    shows if it is told that the test has failed.
    """

    def __init__(
        self,
        item: pytest.Item,
        runtime: Runtime,
        make: Callable[[], Mapping[str, object]],
        end: Callable[[bool], Sections],
    ) -> None:
        self.given: Future[Mapping[str, object]] = Future()
        self.returned: Future[None] = Future()
        self.sections: Sections = []
        self.seconds: dict[str, float] = {}
        self.called = (0.0, 0.0)
        """When the test was called and when it returned, as `time.time`."""
        self._parameters = parameters(item)
        self._test: Callable[..., None] = item.function  # type: ignore[attr-defined]
        self._is_bounded = item.get_closest_marker("bounded") is not None
        self._runtime = runtime
        self._make = make
        self._end = end
        self._used: list[Server] = []

    def make(self) -> None:
        """Make what the test asks for."""
        begin = time.monotonic()
        try:
            self.given.set_result(self._make())
        except BaseException as error:  # pytest's own too; raised where the fixture is asked for
            self.given.set_exception(error)
        self.seconds["setup"] = time.monotonic() - begin

    def run(self) -> None:
        """Make what the test asks for, call it, and drop what it has used."""
        self._used = self._runtime.used
        self.make()
        error = self.given.exception() or self._call(self.given.result())
        self.sections = self._end(error is not None)
        if error:
            self.returned.set_exception(error)
        else:
            self.returned.set_result(None)

    def abandon(self) -> None:
        """End the test, if it still runs after its time, by removing what it uses."""
        if not self.returned.done():
            for server in list(self._used):
                server.remove()

    def _call(self, given: Mapping[str, object]) -> BaseException | None:
        self._used += [value for value in given.values() if isinstance(value, Server)]
        with self._runtime.engine.starts.fewer() if self._is_bounded else nullcontext():
            begin, called = time.monotonic(), time.time()
            try:
                self._test(**{name: given[name] for name in self._parameters})
            except BaseException as error:
                return error
            finally:
                self.seconds["call"] = time.monotonic() - begin
                self.called = (called, time.time())
        return None
