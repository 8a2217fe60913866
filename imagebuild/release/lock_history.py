"""Earlier states of the lock, from git."""

from pathlib import Path

from imagebuild.errors import ProcessError, UsageError
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.release.lock import Lock


def at(path: Path, revision: str, processes: Processes) -> Lock:
    """Return the lock at `path` as the commit `revision` has it.

    Raises UsageError when there is no such commit, or it has no such file.
    """
    command = ["git", "-C", str(path.parent), "show", f"{revision}:./{path.name}"]
    try:
        text = processes.read(command)
    except ProcessError as error:
        raise UsageError(
            f"git has no `{path.name}` at `{revision}`: {error.output or error.message}",
            f"commit the lock after each push; `git log -- {path.name}` shows its states",
        ) from error
    return lock.parse(text, f"{revision}:{path.name}")


def previous(path: Path, processes: Processes) -> str:
    """Return the newest commit whose lock has other images than the present file.

    Raises UsageError when there is none.
    """
    present = lock.read(path)
    git = ["git", "-C", str(path.parent), "log", "--format=%H", "--", path.name]
    for commit in processes.read(git).split():
        if at(path, commit, processes).entries != present.entries:
            return commit
    raise UsageError(
        f"git has no earlier state of `{path.name}`",
        "name the commit to return to with `--to-revision`",
    )
