"""One try of a test in a thread of the crew."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import cast

import pytest

from tests.support.runtime import Runtime
from tests.support.starts import Starts
from tests.support.trial import Trial

CALLED: list[object] = []


def trial_of(
    test: Callable[..., None],
    given: Mapping[str, object] | Exception,
    *,
    is_bounded: bool = False,
    starts: Starts | None = None,
) -> Trial:
    """Return a trial of `test`, whose failure shows one section."""

    def make() -> Mapping[str, object]:
        if isinstance(given, Exception):
            raise given
        return given

    marker = pytest.mark.bounded if is_bounded else None
    item = SimpleNamespace(function=test, get_closest_marker=lambda name: marker)
    runtime = SimpleNamespace(used=[], engine=SimpleNamespace(starts=starts or Starts()))
    return Trial(
        cast(pytest.Item, item),
        cast(Runtime, runtime),
        make,
        lambda failed: [("log", "text")] if failed else [],
    )


def pass_on(value: str) -> None:
    """Be a test that passes."""
    CALLED.append(value)


def fail(value: str) -> None:
    """Be a test that fails."""
    pytest.fail(value)


def test_pass() -> None:
    """A test gets what it takes, of all that was made."""
    trial = trial_of(pass_on, {"value": "the value", "other": 1})
    trial.run()
    assert CALLED == ["the value"]
    assert trial.returned.result(0) is None
    assert trial.sections == []
    assert trial.seconds.keys() == {"setup", "call"}


def test_failure() -> None:
    """What a test raises is kept for its turn, with what its failure shows."""
    trial = trial_of(fail, {"value": "on purpose"})
    trial.run()
    with pytest.raises(pytest.fail.Exception, match="on purpose"):
        trial.returned.result(0)
    assert trial.sections == [("log", "text")]


def test_failure_to_make() -> None:
    """What can't be made is raised where it is asked for; the test isn't called."""
    trial = trial_of(fail, OSError("not made"))
    trial.run()
    with pytest.raises(OSError, match="not made"):
        trial.given.result(0)
    assert trial.sections == [("log", "text")]
    assert trial.seconds.keys() == {"setup"}


def test_bounded() -> None:
    """While a test with a bound runs, fewer containers start."""
    starts = Starts(1)

    def nothing_starts() -> None:
        assert starts.bounds == 1

    trial_of(nothing_starts, {}, is_bounded=True, starts=starts).run()
    trial = trial_of(nothing_starts, {}, starts=starts)
    trial.run()
    assert isinstance(trial.returned.exception(0), AssertionError)
