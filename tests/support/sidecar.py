"""Tools in a container beside the one under test: it needs no shell, and no `docker exec`."""

import hashlib
import threading
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import cast

import docker.errors
from docker.models.containers import Container

from imagebuild import trust
from imagebuild.build import buildx_command
from imagebuild.build.content_key import base_tag
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine.engine import Engine as BuildEngine
from imagebuild.process import Processes as Programs
from tests.support.containers import Engine, Finished
from tests.support.processes import Processes as Snapshot
from tests.support.processes import parse
from tests.support.server import Server

FOLDER = Path(__file__).parent / "tools"
BASE = "trixie"
WAIT_SECONDS = 10.0


class Tools:
    """Runs curl, promtool, ab and snapshot in the network and among the processes of a server."""

    def __init__(self, engine: Engine, builder: BuildEngine, catalog: Catalog, prefix: str) -> None:
        self._engine = engine
        self._builder = builder
        self._catalog = catalog
        self._prefix = prefix
        self._lock = threading.Lock()

    def run(self, server: Server, script: str) -> Finished:
        """Run `script` with sh, in the network and the process namespace of `server`."""
        if server.beside is None:
            server.beside = self._start(server)
        code, output = server.beside.exec_run(["sh", "-c", script], demux=True)
        stdout, stderr = cast("tuple[bytes | None, bytes | None]", output)
        return Finished(code or 0, _text(stdout), _text(stderr))

    def _start(self, server: Server) -> Container:
        container = self._engine.create(
            self.image,
            ["sleep", "infinity"],
            network_mode=f"container:{server.container.id}",
            pid_mode=f"container:{server.container.id}",
            cap_add=["SYS_PTRACE"],
        )
        container.start()
        return container

    def processes(self, server: Server) -> Snapshot:
        """Return the processes of `server`."""
        return parse(self.run(server, "snapshot").stdout)

    def wait_until_within(self, server: Server, before: Snapshot) -> None:
        """Wait until nothing is left behind in `server` that was not there `before`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (now := self.processes(server)).is_within(before):
            assert time.monotonic() < deadline, f"left behind: {now}; before: {before}"

    @property
    def image(self) -> str:
        """The tag of the tools' image, built when it is first asked for."""
        with self._lock:
            return self._image

    @cached_property
    def _image(self) -> str:
        base = self._base()
        content = b"".join(path.read_bytes() for path in sorted(FOLDER.iterdir()))
        digest = str((self._engine.image(base) or {}).get("Id"))
        key = hashlib.sha256(content + digest.encode()).hexdigest()[:12]
        tag = f"{self._prefix}/suite-tools:{key}"
        if self._engine.image(tag) is None:
            arguments, authorities = {"BASE": base}, trust.ca_bundle()
            command = buildx_command.of_folder(
                self._builder.buildx, FOLDER, tag, arguments, authorities, []
            )
            Programs().run(command, environment=self._builder.environment)
            self._remove_old(tag)
        return tag

    def _remove_old(self, current: str) -> None:
        """Remove the images of tools that `current` has replaced."""
        images = self._engine.client.images
        for image in images.list(current.partition(":")[0]):
            for tag in set(image.tags) - {current}:
                with suppress(docker.errors.APIError):  # a container of an older suite has it
                    images.remove(tag)

    def _base(self) -> str:
        made_on_none = [name for name, base in self._catalog.bases.items() if not base.folder]
        names = [BASE, *made_on_none]
        for name in names:
            base = self._catalog.bases.get(name)
            tag = (base.image if base else None) or base_tag(name, self._prefix)
            if base and self._engine.image(tag):
                return tag
        raise AssertionError(f"none of the bases {names} is there\nhint: ./build.py build")


def _text(content: bytes | None) -> str:
    return (content or b"").decode(errors="replace")
