"""Runs the steps of a plan: each after its parents, several at once, going on when one fails."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from imagebuild.build.steps import Step
from imagebuild.errors import BuildError, DiskFullError, ImageBuildError

Result = TypeVar("Result")


class ParentFailedError(BuildError):
    """A step was not tried, since one that it needs failed."""


def run(
    steps: Sequence[Step],
    work: Callable[[Step], Result],
    *,
    jobs: int,
    cancel: Callable[[], None],
) -> dict[str, Result | ImageBuildError]:
    """Call `work` with each step, at most `jobs` at once, and return what came of it by name.

    A step that raises ImageBuildError fails, with those that need it; the others go on. On a full
    disk nothing else is worth a try: that one, Ctrl-C and any other error call `cancel` (which
    ends what runs), wait for the end of it, and are raised.
    """
    waiting = list(steps)
    planned = {step.name for step in steps}
    done: dict[str, Result | ImageBuildError] = {}
    running: dict[Future[Result], Step] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while waiting or running:
                for step in _ready(waiting, planned, done):
                    waiting.remove(step)
                    failed = [
                        name for name in step.parents if isinstance(done.get(name), Exception)
                    ]
                    if failed:
                        done[step.name] = ParentFailedError(
                            f"not built, since `{failed[0]}` failed"
                        )
                    else:
                        running[pool.submit(work, step)] = step
                for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                    done[running.pop(future).name] = _result(future)
        except BaseException:
            for future in running:
                future.cancel()
            cancel()
            raise
    return done


def _ready(
    waiting: list[Step], planned: set[str], done: dict[str, Result | ImageBuildError]
) -> list[Step]:
    return [step for step in waiting if all(p in done for p in step.parents if p in planned)]


def _result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except DiskFullError:
        raise
    except ImageBuildError as error:
        return error
