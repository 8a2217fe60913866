"""`build.py run`: a function on this machine, as a developer meets it.

Installs and starts it, prints its URL, follows its log, starts it anew when a file changes, and
leaves nothing behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagebuild.build import build
from imagebuild.catalog.catalog import Image
from imagebuild.engine import api
from imagebuild.engine import engine as engines
from imagebuild.errors import BuildError
from imagebuild.functions import containers, deployment, file_watch, phases
from imagebuild.functions.runtime_container import Server
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.workspace import Workspace

if TYPE_CHECKING:
    from docker import DockerClient


@dataclass(frozen=True)
class Source:
    """What the user names: the function's file, its handler, its manifest of dependencies."""

    file: Path
    handler: str
    requirements: Path | None = None

    @property
    def files(self) -> list[Path]:
        """The files that it is made from."""
        return [self.file, self.requirements] if self.requirements else [self.file]


def run(
    workspace: Workspace,
    image: Image,
    source: Source,
    *,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run `source` in the runtime `image` until Ctrl-C; `port` 0 is a free one.

    Builds images that are missing. A function that can't be read, installed or started is reported,
    and tried again when one of its files changes. What no change to a file mends is raised.
    """
    authorities = workspace.authorities.read_bytes()
    engine = engines.connect(Processes(), workspace.root)
    _provide(workspace, image, source, engine.host)
    client = containers.connect(engine.host)
    tag, output = image.tag(workspace.prefix), workspace.output
    try:
        with interruptible(), deployment.volume(client) as volume:
            server = Server(client, engine.host, tag, volume, output, port)
            running = Reloaded(
                client, server, image, source, environment or {}, authorities, volume, workspace
            )
            try:
                running.follow_changes()
            finally:
                server.stop()
    except KeyboardInterrupt:
        output.result("--- stopping")
    finally:
        client.close()


@dataclass
class Reloaded:
    """A function that is prepared and started again whenever one of its files has changed."""

    client: "DockerClient"
    server: Server
    image: Image
    source: Source
    environment: Mapping[str, str]
    authorities: bytes
    volume: str
    workspace: Workspace
    is_installed: bool = False

    def follow_changes(self) -> None:
        """Start the function now and after each change; ends by Ctrl-C."""
        for edited in file_watch.changes(self.source.files):
            if edited:
                self._say("changed: " + ", ".join(sorted(path.name for path in edited)))
            if self.source.requirements in edited:
                self.is_installed = False
            self.server.stop()
            try:
                self._start()
            except BuildError as error:
                self._say(f"{error}\nwaiting for a change")

    def _start(self) -> None:
        function = _read(self.image, self.source, self.environment, self.authorities)
        self._say(f"preparing {self.source.file.name} with {self.image.name}")
        phases.prepare(
            self.client,
            self.image,
            function,
            prefix=self.workspace.prefix,
            volume=self.volume,
            install=not self.is_installed,
        )
        self.is_installed = True
        url = self.server.start(function)
        self._say(f"{url} answers; Ctrl-C stops it, a change to the file reloads it")

    def _say(self, text: str) -> None:
        self.workspace.output.result(f"--- {text}")


def read(
    image: Image, source: Source, environment: Mapping[str, str], authorities: bytes | None
) -> phases.Function:
    """Return the function with the contents of its files, named as in a deployment."""
    files = {source.file.name: source.file.read_bytes()}
    if source.requirements:
        manifest = image.language_entry.kubeless.depName
        files[manifest] = source.requirements.read_bytes()
    module = source.file.name.removesuffix(image.language_entry.kubeless.fileNameSuffix)
    return phases.Function(module, source.handler, files, environment, authorities)


def _read(
    image: Image, source: Source, environment: Mapping[str, str], authorities: bytes
) -> phases.Function:
    """Return what `read` does. Raises BuildError for a file that isn't there at the moment."""
    try:
        return read(image, source, environment, authorities)
    except OSError as error:
        raise BuildError(f"can't read `{error.filename}`: {error.strerror}") from error


def _provide(workspace: Workspace, image: Image, source: Source, host: str) -> None:
    """Build those of the images that the function needs which aren't there."""
    prefix = workspace.prefix
    steps = phases.wanted(image, installs=source.requirements is not None)
    needed = [image, *(phases.of_variant(image, phase.variant) for _, phase in steps)]
    missing = [i for i in needed if api.call(host, f"/images/{i.tag(prefix)}/json") is None]
    if missing:
        build.build(workspace, build.plan_steps(workspace, missing))
