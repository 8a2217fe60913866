"""The only place where tests talk to the container engine.

Everything made here carries a label with the session, and is removed when the session ends, by
Ctrl-C too; what a killed session left behind is removed by the next one.
"""

import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors
from docker.models.containers import Container

from imagebuild.functions import process_owner
from imagebuild.functions.containers import archive
from tests.support.archive import names, unpack_one
from tests.support.starts import Starts

LABEL = "function-runtimes.suite"
OWNER_LABEL = "function-runtimes.suite.owner"
ENGINE_TIMEOUT_SECONDS = 180
REMOVALS = 4
"""How many containers are removed at once, when a session ends."""


@dataclass(frozen=True)
class Finished:
    """A container that has ended."""

    exit_code: int
    stdout: str
    stderr: str


class Engine:
    """The engine at `host` (a DOCKER_HOST value); safe to share by threads."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.client = docker.DockerClient(
            base_url=host, timeout=ENGINE_TIMEOUT_SECONDS, max_pool_size=64, version="auto"
        )
        self.session = uuid.uuid4().hex[:12]
        self.labels = {LABEL: self.session, OWNER_LABEL: process_owner.here()}
        self.starts = Starts()
        self._lock = threading.Lock()
        self._count = 0

    def create(self, image: str, command: Sequence[str] | None = None, **options: Any) -> Container:
        """Create a container; `options` are those of the docker SDK."""
        with self._lock:
            self._count += 1
            name = f"suite-{self.session}-{self._count}"
        return self.client.containers.create(
            image, list(command) if command else None, name=name, labels=self.labels, **options
        )

    def run(self, image: str, command: Sequence[str], **options: Any) -> Finished:
        """Run a container to its end and remove it."""
        container = self.create(image, command, **options)
        try:
            with self.starts.one():
                container.start()
                code = int(container.wait()["StatusCode"])
            return Finished(code, output(container, "stdout"), output(container, "stderr"))
        finally:
            remove(container)

    def image(self, tag: str) -> Mapping[str, Any] | None:
        """Return what the engine knows of the image `tag` (its inspection), None if not there."""
        try:
            attributes: Mapping[str, Any] = self.client.images.get(tag).attrs
        except docker.errors.ImageNotFound:
            return None
        return attributes

    def temporary_volume(self) -> str:
        """Create a volume that is removed at the end of the session; return its name."""
        volume = self.client.volumes.create(labels=self.labels)
        return str(volume.name)

    def clean(self) -> None:
        """Remove what this session made, and what sessions made that were killed."""
        found = self.client.containers.list(all=True, sparse=True, filters={"label": LABEL})
        done = [container for container in found if self._is_done(container.attrs["Labels"])]
        with ThreadPoolExecutor(REMOVALS) as executor:
            list(executor.map(remove, done))
        for volume in self.client.volumes.list(filters={"label": LABEL}):
            if self._is_done(volume.attrs["Labels"]):
                with suppress(docker.errors.APIError):
                    volume.remove(force=True)

    def _is_done(self, labels: Mapping[str, str]) -> bool:
        return labels[LABEL] == self.session or process_owner.has_ended(labels.get(OWNER_LABEL, ""))

    def close(self) -> None:
        """Remove what this session made and leave the engine."""
        self.clean()
        self.client.close()


def output(container: Container, stream: str) -> str:
    """Return all that `container` has written to `stream` (`stdout` or `stderr`)."""
    content: bytes = container.logs(stdout=stream == "stdout", stderr=stream == "stderr")
    return content.decode(errors="replace")


def put(container: Container, folder: str, files: Mapping[str, bytes]) -> None:
    """Write `files` to `folder` of a container that need not run, owned by uid 1000."""
    container.put_archive("/", archive(files, mode=0o666, folder=folder))


def read(container: Container, path: str) -> bytes:
    """Return the content of the file `path`, empty where there is none."""
    try:
        pieces, _ = container.get_archive(path)
    except docker.errors.NotFound:
        return b""
    return unpack_one(b"".join(pieces))


def listing(container: Container, folder: str) -> list[str]:
    """Return the names of all files in `folder`, from there."""
    pieces, _ = container.get_archive(folder)
    return names(b"".join(pieces))


def remove(container: Container) -> None:
    """Kill and remove `container`, if it is still there."""
    with suppress(docker.errors.NotFound, docker.errors.APIError):
        container.remove(force=True, v=True)
