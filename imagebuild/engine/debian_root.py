"""The Debian root our own engine runs in: made once by mmdebstrap, kept in the cache folder."""

import hashlib
from pathlib import Path

from imagebuild.engine import mmdebstrap
from imagebuild.process import Processes

SUITE = "trixie"
PACKAGES = (
    "ca-certificates",
    "docker-buildx",
    "docker-cli",
    "docker.io",
    "git",
    "iptables",
    "tini",
)


def make_root(folder: Path, processes: Processes, log: Path) -> Path:
    """Return the engine's root in `folder`, made if there is none of the current recipe.

    The caller holds the lock of `folder`. The root appears whole or not at all: it is made under
    another name and renamed. Roots of older recipes and half-made ones are removed.
    """
    recipe = "\n".join(mmdebstrap.command(SUITE, Path("ROOT"), PACKAGES))
    root = folder / f"root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if root.is_dir():
        return root
    mmdebstrap.install(processes, log)
    leftovers = [str(path) for path in folder.glob("root-*")]
    if leftovers:
        processes.run(["rm", "-rf", "--one-file-system", *leftovers], log=log)
    unfinished = root.with_name(root.name + ".unfinished")
    processes.run(mmdebstrap.command(SUITE, unfinished, PACKAGES), log=log)
    unfinished.rename(root)
    return root
