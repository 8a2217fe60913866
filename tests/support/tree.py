"""The files of the repository, as git sees them: what a build has left behind isn't among them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@cache
def files() -> tuple[Path, ...]:
    """Return the files that git knows, and those that it would with `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def names_in(folder: Path) -> set[str]:
    """Return the names of the files and folders in `folder` that have such files."""
    inside = [path.relative_to(folder) for path in files() if path.is_relative_to(folder)]
    return {path.parts[0] for path in inside}
