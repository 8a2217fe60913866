import threading

import pytest

from imagebuild.build import scheduler
from imagebuild.build.scheduler import ParentFailedError
from imagebuild.build.steps import Action, Step
from imagebuild.errors import BuildError, DiskFullError, ImageBuildError


def step(name: str, *parents: str) -> Step:
    """Return a step that needs `parents`."""
    return Step(name, f"p/{name}:1", "key", parents, Action.BUILD, "not there yet")


def nothing() -> None:
    """Cancel nothing."""


def test_parents_end_before_their_children_begin() -> None:
    """Whatever their order in the plan; a parent that isn't in the plan is there already."""
    order: list[str] = []
    steps = [step("child", "base"), step("base"), step("other", "elsewhere")]
    scheduler.run(steps, lambda s: order.append(s.name), jobs=1, cancel=nothing)
    assert sorted(order) == ["base", "child", "other"]
    assert order.index("base") < order.index("child")


def test_several_run_at_once_but_not_more_than_jobs() -> None:
    """Two steps that wait for each other both end; a third never runs beside them."""
    meeting = threading.Barrier(2, timeout=10)
    lock = threading.Lock()
    running: list[int] = [0]
    most: list[int] = [0]

    def work(_: Step) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        meeting.wait()
        with lock:
            running[0] -= 1

    scheduler.run([step(name) for name in "abcd"], work, jobs=2, cancel=nothing)
    assert most == [2]


def test_independent_steps_go_on_when_one_fails() -> None:
    """What needs the failed one isn't tried, and says so."""

    def work(found: Step) -> str:
        if found.name == "bad":
            raise BuildError("broken")
        return found.tag

    steps = [step("bad"), step("child", "bad"), step("grandchild", "child"), step("good")]
    results: dict[str, str | ImageBuildError] = scheduler.run(steps, work, jobs=1, cancel=nothing)
    assert results["good"] == "p/good:1"
    assert str(results["bad"]) == "broken"
    assert isinstance(results["child"], ParentFailedError)
    assert str(results["grandchild"]) == "not built, since `child` failed"


@pytest.mark.parametrize("error", [DiskFullError("the disk is full"), KeyboardInterrupt()])
def test_full_disk_and_interrupt_end_all(error: BaseException) -> None:
    """What runs is cancelled and waited for; what waits isn't begun."""
    cancelled = threading.Event()
    ended: list[str] = []

    def work(found: Step) -> None:
        if found.name == "a":
            raise error
        assert cancelled.wait(10)
        ended.append(found.name)

    steps = [step("a"), step("b"), step("c", "a")]
    with pytest.raises(type(error)):
        scheduler.run(steps, work, jobs=2, cancel=cancelled.set)
    assert "c" not in ended
