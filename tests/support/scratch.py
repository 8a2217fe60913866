"""Files that a test and a container share: a volume with one empty, writable file for each use.

Kubernetes gives a container its termination log as a single file that is mounted over
`/dev/termination-log`; so does this, from the engine's own volume.
"""

import itertools
import threading
from dataclasses import dataclass

from docker.models.containers import Container

from tests.support.containers import Engine, put, read

TERMINATION_LOG = "/dev/termination-log"
FOLDER = "/scratch"


@dataclass(frozen=True)
class File:
    """A file of the scratch volume; `source` is its path in the engine's file system."""

    name: str
    source: str
    holder: Container

    @property
    def text(self) -> str:
        """What has been written to it."""
        return read(self.holder, f"{FOLDER}/{self.name}").decode(errors="replace")


class Scratch:
    """The scratch volume of a session, made when it is first asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._holder: Container | None = None
        self._mountpoint = ""

    def file(self, image: str) -> File:
        """Return a new empty file. `image` is any image: its container is never started."""
        with self._lock:
            if self._holder is None:
                self._make(image)
            name = f"file-{next(self._numbers)}"
            assert self._holder is not None
            put(self._holder, FOLDER, {name: b""})
            return File(name, f"{self._mountpoint}/{name}", self._holder)

    @property
    def _name(self) -> str:
        return f"suite-{self._engine.session}-scratch"

    def _make(self, image: str) -> None:
        volume = self._engine.client.volumes.create(self._name, labels=self._engine.labels)
        self._mountpoint = volume.attrs["Mountpoint"]
        self._holder = self._engine.create(
            image, ["none"], volumes={self._name: {"bind": FOLDER, "mode": "rw"}}
        )
