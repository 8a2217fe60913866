"""Where the sources of images come from: git's commit and its time."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagebuild.errors import ProcessError
from imagebuild.process import Processes


@dataclass(frozen=True)
class Origin:
    """A commit (or `unknown`) and its time, in seconds."""

    revision: str
    epoch: int


def find(root: Path, processes: Processes, warn: Callable[[str], None]) -> Origin:
    """Return git's commit of the checkout `root` and its time, or SOURCE_DATE_EPOCH's.

    Calls `warn` where `root` is a clone of which git tells nothing.
    """
    git = ["git", "-C", str(root)]
    describe = ["describe", "--always", "--dirty", "--abbrev=40", "--match="]
    try:
        commit = processes.read([*git, *describe])
        seconds = processes.read([*git, "log", "-1", "--format=%ct"])
    except ProcessError as error:
        commit, seconds = "unknown", "0"
        if (root / ".git").exists():
            why = error.output or error.message
            warn(f"the images don't say their commit: {why}")
    return Origin(commit.strip(), int(os.environ.get("SOURCE_DATE_EPOCH") or seconds))
