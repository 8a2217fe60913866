"""The Debian root our own engine runs in: made once by mmdebstrap, kept in the cache folder."""

import hashlib
import os
import shutil
from pathlib import Path

from imagebuild.errors import EngineError
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
LEFT_OUT = ("doc", "info", "locale", "man")
"""Folders of /usr/share that neither the engine nor a base image needs."""


def mmdebstrap_command(
    suite: str, target: Path, packages: tuple[str, ...], options: tuple[str, ...] = ()
) -> list[str]:
    """Return the command that makes a minimal Debian `suite` with `packages` at `target`.

    As root it runs in a mount namespace of its own, so a killed run leaves no mounts behind.
    """
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else []
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in LEFT_OUT]
    return [
        *namespace,
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        *excluded,
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        '--aptopt=Apt::Install-Recommends "false"',
        *(["--include=" + ",".join(packages)] if packages else []),
        *options,
        suite,
        str(target),
    ]


def install_mmdebstrap(processes: Processes, log: Path) -> None:
    """Make sure that mmdebstrap is there; as root on Debian it is installed when missing."""
    if shutil.which("mmdebstrap"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise EngineError(
            "`mmdebstrap` is not installed, and base images are made with it",
            "install the package `mmdebstrap` (as root: `apt-get install mmdebstrap`)",
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    processes.run(["apt-get", "update", "-q"], log=log, environment=quiet)
    processes.run(
        ["apt-get", "install", "-qy", "--no-install-recommends", "mmdebstrap"],
        log=log,
        environment=quiet,
    )


def make_root(folder: Path, processes: Processes, log: Path) -> Path:
    """Return the engine's root in `folder`, made if there is none of the current recipe.

    The caller holds the lock of `folder`. The root appears whole or not at all: it is made under
    another name and renamed. Roots of older recipes and half-made ones are removed.
    """
    recipe = "\n".join(mmdebstrap_command(SUITE, Path("ROOT"), PACKAGES))
    root = folder / f"root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if root.is_dir():
        return root
    install_mmdebstrap(processes, log)
    leftovers = [str(path) for path in folder.glob("root-*")]
    if leftovers:
        processes.run(["rm", "-rf", "--one-file-system", *leftovers], log=log)
    unfinished = root.with_name(root.name + ".unfinished")
    processes.run(mmdebstrap_command(SUITE, unfinished, PACKAGES), log=log)
    unfinished.rename(root)
    return root
