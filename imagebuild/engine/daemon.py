"""Our own engine's process: its configuration, its start, and what an earlier one left behind."""

import json
import os
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path

from imagebuild.engine import api
from imagebuild.errors import EngineError
from imagebuild.process import start_daemon
from imagebuild.process_errors import last_lines

START_SECONDS = 60.0
KEEP_BUILD_CACHE = "20GB"
OPEN_FILES = 65536
LONGEST_SOCKET_PATH = 100


def socket_address(folder: Path) -> str:
    """Return the DOCKER_HOST value of the engine in `folder`."""
    return f"unix://{folder / 'docker.sock'}"


def configuration(folder: Path) -> dict[str, object]:
    """Return dockerd's configuration for an engine in `folder`.

    Logs, build cache and open files are bounded, so that a long day of tests fills no disk.
    """
    most_files = min(OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    open_files = {"Name": "nofile", "Soft": most_files, "Hard": most_files}
    return {
        "hosts": [socket_address(folder)],
        "group": "root",
        "data-root": str(folder / "data"),
        "exec-root": "/run/docker",
        "pidfile": "/run/docker.pid",
        "features": {"containerd-snapshotter": True},
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "2"},
        "log-level": "warn",
        "insecure-registries": ["127.0.0.0/8"],
        "default-ulimits": {"nofile": open_files},
        "builder": {"gc": {"enabled": True, "defaultKeepStorage": KEEP_BUILD_CACHE}},
    }


def start(folder: Path, root: Path, shared: tuple[Path, ...]) -> None:
    """Start the engine that lives in `folder` and wait until it answers.

    The caller holds the lock of `folder` and has seen that nothing answers. `shared` are folders
    of this machine that containers may mount. Raises EngineError with the log's end.
    """
    if len(str(folder)) > LONGEST_SOCKET_PATH:
        raise EngineError(
            f"the engine's folder `{folder}` has too long a path for a Unix socket",
            "set XDG_CACHE_HOME to a folder with a shorter path",
        )
    _end_earlier(folder)
    (folder / "docker.sock").unlink(missing_ok=True)
    settings = folder / "daemon.json"
    settings.write_text(json.dumps(configuration(folder), indent=2), encoding="utf-8")
    log = folder / "engine.log"
    log.unlink(missing_ok=True)
    script = Path(__file__).with_name("engine_start.sh")
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    folders = [str(path) for path in shared]
    process = start_daemon(
        [*namespaces, "sh", str(script), str(root), str(settings), *folders], log
    )
    (folder / "engine.pid").write_text(f"{process} {_start_time(process)}", encoding="utf-8")
    _wait(folder, process, log)


def _wait(folder: Path, process: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if api.version(socket_address(folder), timeout=5):
            return
        if _start_time(process) is None:
            break
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    end = last_lines(log.read_text(encoding="utf-8", errors="replace"))
    raise EngineError(
        f"the engine did not start; the end of its log, `{log}`:\n{end}",
        "it needs root with all capabilities, overlayfs, cgroups and iptables; "
        "or set DOCKER_HOST to an engine elsewhere",
    )


def _end_earlier(folder: Path) -> None:
    """Kill an engine that runs but doesn't answer; its namespaces take everything along."""
    with suppress(FileNotFoundError, ValueError, ProcessLookupError):
        process, start_time = (folder / "engine.pid").read_text(encoding="utf-8").split()
        if _start_time(int(process)) == start_time:
            os.killpg(int(process), signal.SIGKILL)
            while _start_time(int(process)) == start_time:
                time.sleep(0.05)


def _start_time(process: int) -> str | None:
    """Return when a process started (kernel ticks), None when it isn't running (or a zombie)."""
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]
