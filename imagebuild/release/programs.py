"""Programs that publishing needs: found on PATH; as root on Debian, installed when missing."""

import os
import shutil
import threading

from imagebuild.errors import UsageError
from imagebuild.process import Processes

_INSTALLATION = threading.Lock()


def find(name: str, processes: Processes) -> str:
    """Return the path of the program `name`, which Debian has in a package of that name.

    Raises UsageError, with the command that installs it, where this user can't install it.
    """
    with _INSTALLATION:
        if not shutil.which(name):
            _install(name, processes)
    return name


def _install(name: str, processes: Processes) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise UsageError(
            f"`{name}` is not installed, and images are published with it",
            f"install it; on Debian and Ubuntu: `sudo apt-get install {name}`",
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    processes.run(["apt-get", "update", "-q"], environment=quiet)
    command = ["apt-get", "install", "-qy", "--no-install-recommends", name]
    processes.run(command, environment=quiet)
