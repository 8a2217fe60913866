"""Build contexts: the files of a folder that a build can copy, and one digest over them.

A file counts when its context's `.dockerignore` lets it in. (Not what git tracks: an ignored file
that COPY takes would change the image unseen.)
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from imagebuild.errors import UsageError

CACHES = (
    "**/__pycache__",
    "**/*.pyc",
    "**/*.egg-info",
    "**/.pytest_cache",
    "**/.mypy_cache",
    "**/.ruff_cache",
)
"""What tools leave behind in any folder; never worth a rebuild, whatever `.dockerignore` says."""


def digest(folder: Path) -> str:
    """Return the digest of a context: path, executable bit and content of each file that counts."""
    result = hashlib.sha256()
    for path in files(folder):
        full = folder / path
        if full.is_symlink():
            kind, content = "link", os.readlink(full).encode()
        else:
            kind = "program" if full.stat().st_mode & 0o100 else "file"
            content = full.read_bytes()
        entry = json.dumps([path, kind, hashlib.sha256(content).hexdigest()])
        result.update(entry.encode() + b"\n")
    return result.hexdigest()


def files(folder: Path) -> list[str]:
    """Return the files of a context that a build can copy, sorted, relative to it."""
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder `{folder}`, which images.yaml names as a build context",
            "make it, or correct `contexts` in images.yaml",
        )
    from pathspec import PathSpec

    ignored = PathSpec.from_lines("gitignore", [*_rules(folder), *CACHES])
    kept = {path for path in _walk(folder) if not ignored.match_file(path)}
    # BuildKit reads the Dockerfile even where .dockerignore leaves it out of the context.
    kept |= {name for name in ("Dockerfile", ".dockerignore") if (folder / name).is_file()}
    return sorted(kept)


def _rules(folder: Path) -> Iterator[str]:
    """Yield the rules of `.dockerignore` as gitignore's.

    Docker's are anchored at the context, and each holds for what is below its matches too.
    """
    path = folder / ".dockerignore"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        rule = line.strip()
        if rule and not rule.startswith("#"):
            sign, rule = ("!", rule[1:]) if rule.startswith("!") else ("", rule)
            anchored = f"{sign}/{rule.removeprefix('./').strip('/')}"
            yield anchored
            yield f"{anchored}/**"


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "__pycache__")]
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*names, *links):
            yield os.path.relpath(os.path.join(parent, name), folder)
