"""`build.py run`: a function on this machine, as a developer meets it.

Installs and starts it, prints its URL, follows its log, starts it anew when a file changes, and
leaves nothing behind.
"""

import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagebuild import build, buildx, containers, engine_api, phases
from imagebuild import engine as engines
from imagebuild.catalog import Catalog, Image
from imagebuild.errors import ImageBuildError
from imagebuild.process import Processes, interruptible
from imagebuild.server import Server


@dataclass(frozen=True)
class Function:
    """What the user names: the function's file, its handler, its manifest of dependencies."""

    file: Path
    handler: str
    requirements: Path | None = None


def run(
    catalog: Catalog,
    image: Image,
    function: Function,
    *,
    prefix: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    ca_bundle: Path | None = None,
) -> None:
    """Run `function` in the runtime `image` until Ctrl-C; `port` 0 is a free one.

    Builds images that are missing. A function that can't be installed or started is reported,
    and tried again when one of its files changes.
    """
    engine = engines.connect(Processes(), catalog.root)
    _provide(catalog, image, function, prefix, engine.host)
    authorities = (ca_bundle or buildx.default_authorities()).read_bytes()
    settings = dict(environment or {})
    client = containers.connect(engine.host)
    volume = f"function-{uuid.uuid4().hex[:12]}"
    server = Server(client, engine.host, image.tag(prefix), volume, port)
    client.volumes.create(volume, labels={containers.LABEL: ""})
    try:
        with interruptible():
            install = False
            for concerns_manifest in _changes(function):
                install = install or concerns_manifest
                server.stop()
                try:
                    deployed = read(image, function, settings, authorities)
                    _say(f"preparing {function.file.name} with {image.name}")
                    phases.prepare(
                        client, image, deployed, prefix=prefix, volume=volume, install=install
                    )
                    install = False
                    url = server.start(deployed)
                    _say(f"{url} answers; Ctrl-C stops it, a change to the file reloads it")
                except (ImageBuildError, OSError) as error:
                    _say(f"{error}\nwaiting for a change")
    except KeyboardInterrupt:
        _say("stopping")
    finally:
        server.stop()
        client.volumes.get(volume).remove(force=True)
        client.close()


def read(
    image: Image, function: Function, environment: Mapping[str, str], authorities: bytes | None
) -> phases.Function:
    """Return the function with the contents of its files, named as in a deployment."""
    files = {function.file.name: function.file.read_bytes()}
    if function.requirements:
        manifest = image.language_entry.kubeless.depName
        files[manifest] = function.requirements.read_bytes()
    module = function.file.name.removesuffix(image.language_entry.kubeless.fileNameSuffix)
    return phases.Function(module, function.handler, files, environment, authorities)


def _provide(catalog: Catalog, image: Image, function: Function, prefix: str, host: str) -> None:
    """Build those of the images that the function needs which aren't there."""
    steps = phases.wanted(image, installs=function.requirements is not None)
    needed = [image, *(phases.of_variant(image, phase.variant) for _, phase in steps)]
    missing = [i for i in needed if engine_api.call(host, f"/images/{i.tag(prefix)}/json") is None]
    if missing:
        plan = build.plan_steps(catalog, missing, prefix=prefix)
        build.build(catalog, plan, prefix=prefix, jobs=len(missing))


def _changes(function: Function) -> Iterator[bool]:
    """Yield at once, then after each change; the value says whether dependencies are concerned."""
    from watchfiles import watch

    file = function.file.absolute()
    manifest = function.requirements.absolute() if function.requirements else None
    watched = {str(path) for path in (file, manifest) if path}
    yield True
    # The folders, not the files: editors replace a file by a new one.
    folders = {Path(path).parent for path in watched}
    for changes in watch(*folders, recursive=False, watch_filter=lambda _, path: path in watched):
        names = {path for _, path in changes}
        _say("changed: " + ", ".join(sorted(Path(name).name for name in names)))
        yield str(manifest) in names


def _say(text: str) -> None:
    sys.stdout.write(f"--- {text}\n")
    sys.stdout.flush()
