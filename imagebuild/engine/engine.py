"""The container engine: the one that answers, else our own, brought up in the cache folder."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from imagebuild import cache_folder
from imagebuild.engine import api, clients, daemon, debian_root
from imagebuild.errors import EngineError
from imagebuild.process import Processes

SYSTEM_SOCKET = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Engine:
    """An engine that answers at `host` (a DOCKER_HOST value) and how to call its clients.

    `docker` and `buildx` are the beginnings of commands, `environment` what they need besides.
    """

    host: str
    docker: tuple[str, ...]
    buildx: tuple[str, ...]
    environment: dict[str, str]


def folder() -> Path:
    """Return the folder of our own engine: root, data, socket and log."""
    return cache_folder.folder() / "engine"


def find() -> str | None:
    """Return the address of an engine that answers, None when one has to be started.

    In order: DOCKER_HOST, the current docker context, the system's socket, our own. Raises
    EngineError when DOCKER_HOST names one that doesn't answer, or one that is too old.
    """
    own = daemon.socket_address(folder())
    named = os.environ.get("DOCKER_HOST")
    candidates = [named] if named else [*_context_host(), SYSTEM_SOCKET, own]
    for host in candidates:
        found = api.version(host)
        if found:
            api.check_version(host, found)
            return host
    if named and named != own:
        raise EngineError(
            f"no engine answers at `{named}`, the value of DOCKER_HOST",
            "start that engine, or unset DOCKER_HOST: then one is started for you (as root)",
        )
    return None


def connect(processes: Processes, checkout: Path) -> Engine:
    """Return an engine, started if none answers; containers may then mount from `checkout`.

    Raises EngineError when none answers and none can be started here.
    """
    host = find() or _bring_up(processes, checkout)
    environment = {"DOCKER_HOST": host, "BUILDX_CONFIG": str(folder() / "buildx")}
    return Engine(
        host,
        clients.docker(folder()),
        clients.buildx(folder(), processes, environment),
        environment,
    )


def _bring_up(processes: Processes, checkout: Path) -> str:
    if os.geteuid() != 0:
        raise EngineError(
            "no container engine answers, and only root can bring one up",
            "start docker, set DOCKER_HOST, or run this command as root",
        )
    own = folder()
    host = daemon.socket_address(own)
    with cache_folder.locked(own / "lock"):
        if api.version(host):  # another process was faster
            return host
        log = own / "root.log"
        root = debian_root.make_root(own, processes, log)
        daemon.start(own, root, _shared_folders(own, checkout))
    return host


def _shared_folders(own: Path, checkout: Path) -> tuple[Path, ...]:
    """Return what containers may mount: the fewest folders that hold home, temporary, checkout."""
    temporary = {Path("/tmp"), Path(tempfile.gettempdir())}  # noqa: S108 - shared, not written to
    wanted = sorted({Path.home(), *temporary, checkout, own})
    existing = [path.resolve() for path in wanted if path.is_dir() and path != Path("/")]
    return tuple(
        path
        for path in existing
        if not any(path != other and path.is_relative_to(other) for other in existing)
    )


def _context_host() -> list[str]:
    """Return the address of the docker client's current context, if it isn't the default one."""
    home = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        settings = json.loads((home / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    name = os.environ.get("DOCKER_CONTEXT") or settings.get("currentContext") or "default"
    if name == "default" or not shutil.which("docker"):
        return []
    for path in (home / "contexts" / "meta").glob("*/meta.json"):
        context = json.loads(path.read_text(encoding="utf-8"))
        if context.get("Name") == name:
            return [context["Endpoints"]["docker"]["Host"]]
    return []
