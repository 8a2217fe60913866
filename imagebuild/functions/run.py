"""`build.py run`: a function on this machine, as a developer meets it.

Installs and starts it, prints its URL, follows its log, starts it anew when a file changes, and
leaves nothing behind.
"""

import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imagebuild.build import build, buildx_command
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api
from imagebuild.engine import engine as engines
from imagebuild.errors import BuildError
from imagebuild.functions import containers, file_watch, phases
from imagebuild.functions.runtime_container import Server
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes


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
    catalog: Catalog,
    image: Image,
    source: Source,
    *,
    prefix: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    ca_bundle: Path | None = None,
) -> None:
    """Run `source` in the runtime `image` until Ctrl-C; `port` 0 is a free one.

    Builds images that are missing. A function that can't be read, installed or started is reported,
    and tried again when one of its files changes. What no change to a file mends is raised.
    """
    bundle = ca_bundle or buildx_command.default_authorities()
    authorities = bundle.read_bytes()
    engine = engines.connect(Processes(), catalog.root)
    _provide(catalog, image, source, prefix, engine.host, bundle)
    settings = dict(environment or {})
    client = containers.connect(engine.host)
    volume = f"function-{uuid.uuid4().hex[:12]}"
    server = Server(client, engine.host, image.tag(prefix), volume, port)
    client.volumes.create(volume, labels=containers.temporary())
    try:
        with interruptible():
            install = True
            for edited in file_watch.of(source.files):
                if edited:
                    _say("changed: " + ", ".join(sorted(path.name for path in edited)))
                install = install or source.requirements in edited
                server.stop()
                try:
                    deployed = _read(image, source, settings, authorities)
                    _say(f"preparing {source.file.name} with {image.name}")
                    phases.prepare(
                        client, image, deployed, prefix=prefix, volume=volume, install=install
                    )
                    install = False
                    url = server.start(deployed)
                    _say(f"{url} answers; Ctrl-C stops it, a change to the file reloads it")
                except BuildError as error:
                    _say(f"{error}\nwaiting for a change")
    except KeyboardInterrupt:
        _say("stopping")
    finally:
        server.stop()
        containers.remove_volume(client, volume)
        client.close()


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


def _provide(
    catalog: Catalog, image: Image, source: Source, prefix: str, host: str, bundle: Path
) -> None:
    """Build those of the images that the function needs which aren't there."""
    steps = phases.wanted(image, installs=source.requirements is not None)
    needed = [image, *(phases.of_variant(image, phase.variant) for _, phase in steps)]
    missing = [i for i in needed if api.call(host, f"/images/{i.tag(prefix)}/json") is None]
    if missing:
        plan = build.plan_steps(catalog, missing, prefix=prefix)
        build.build(catalog, plan, prefix=prefix, jobs=len(missing), ca_bundle=bundle)


def _say(text: str) -> None:
    sys.stdout.write(f"--- {text}\n")
    sys.stdout.flush()
