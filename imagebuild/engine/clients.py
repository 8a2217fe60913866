"""The clients of an engine: the commands docker and buildx."""

import shutil
from pathlib import Path

from imagebuild.errors import EngineError, ProcessError
from imagebuild.process import Processes

ROOTS = "root-" + "?" * 12  # complete ones only


def docker(folder: Path) -> tuple[str, ...]:
    """Return the command of the docker client: the machine's, else the one of `folder`'s root."""
    own = next(folder.glob(f"{ROOTS}/usr/bin/docker"), None)
    return (str(own),) if own and not shutil.which("docker") else ("docker",)


def buildx(folder: Path, processes: Processes, environment: dict[str, str]) -> tuple[str, ...]:
    """Return the command of buildx: the docker client's plug-in, else that of the root in `folder`.

    The plug-in is a program that also runs on its own, so nothing is put into the user's home.
    """
    plugins = "usr/libexec/docker/cli-plugins"
    plugin = next(folder.glob(f"{ROOTS}/{plugins}/docker-buildx"), None)
    if plugin:
        return (str(plugin),)
    if not shutil.which("docker"):
        raise EngineError(
            "there is no docker client, with which images are built",
            "install it with its plug-in buildx (Debian: `docker-cli` and `docker-buildx`)",
        )
    try:
        processes.run(["docker", "buildx", "version"], environment=environment)
    except ProcessError as error:
        raise EngineError(
            "the docker client has no buildx plug-in",
            "install it (Debian: `docker-buildx`, else `docker-buildx-plugin`)",
        ) from error
    return ("docker", "buildx")
