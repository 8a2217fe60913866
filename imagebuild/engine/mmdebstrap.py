"""The command that makes a Debian root: for bases, and for our own engine."""

import os
import shutil
import threading
from pathlib import Path

from imagebuild.errors import EngineError
from imagebuild.process import Processes

_INSTALLATION = threading.Lock()
PACKAGES = ("mmdebstrap", "debian-archive-keyring", "ca-certificates")
"""What it needs to check and fetch Debian's packages too: other systems only recommend it."""

LEFT_OUT = ("doc", "info", "locale", "man")
"""Folders of /usr/share that neither the engine nor a base image needs."""


def command(
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
        "--dpkgopt=force-unsafe-io",  # a build that is interrupted is thrown away: no need to sync
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        '--aptopt=Apt::Install-Recommends "false"',
        *(["--include=" + ",".join(packages)] if packages else []),
        *options,
        suite,
        str(target),
    ]


def install(processes: Processes, log: Path) -> None:
    """Make sure that mmdebstrap is there; as root on Debian it is installed when missing."""
    with _INSTALLATION:
        if not shutil.which("mmdebstrap"):
            _install(processes, log)


def _install(processes: Processes, log: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise EngineError(
            "`mmdebstrap` is not installed, and base images are made with it",
            f"install it, as root: `apt-get install {' '.join(PACKAGES)}`",
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    processes.run(["apt-get", "update", "-q"], log=log, environment=quiet)
    processes.run(
        ["apt-get", "install", "-qy", "--no-install-recommends", *PACKAGES],
        log=log,
        environment=quiet,
    )
