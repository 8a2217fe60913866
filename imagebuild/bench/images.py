"""The images of a bench: ours, the two it is compared with, and the load generator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagebuild.bench.result import BEFORE, COMPARISONS, OURS
from imagebuild.build import build, build_record, buildx_command
from imagebuild.build.content_key import base_name
from imagebuild.catalog.catalog import Image
from imagebuild.engine import api
from imagebuild.engine.engine import Engine
from imagebuild.errors import BuildError, ProcessError, UsageError
from imagebuild.functions import deployment, phases
from imagebuild.process import Processes
from imagebuild.workspace import Workspace

LOAD = "load"


@dataclass(frozen=True)
class Wanted:
    """Which servers a bench has beside ours: `before` (its reference, or empty) and the peers."""

    before: str
    peers: bool


def make(workspace: Workspace, image: Image, engine: Engine, wanted: Wanted) -> dict[str, str]:
    """Build what is missing and return the tags by server name, and that of `LOAD`.

    `runtimes/LANGUAGE/bench/Dockerfile` makes the peers (targets `bare` and `peer`) from the
    image of the language's first phase, else from its base. Raises BuildError, UsageError when
    nothing is to be compared, or the image of before isn't there.
    """
    catalog, prefix, authorities = workspace.catalog, workspace.prefix, workspace.authorities
    before = _before(image, engine, wanted) if wanted.before else {}
    if not (before or wanted.peers):
        raise UsageError("nothing is left to compare with", "name an image with `--before`")
    steps = build.plan_steps(workspace, deployment.images(image))
    build.build(workspace, steps)
    base = next(step.tag for step in steps if step.name == base_name(image.bases[0]))
    variants = [phase.variant for phase in image.language_entry.kubeless.phases.values()]
    tools = phases.of_variant(image, variants[0]).tag(prefix) if variants else base
    folder = catalog.root / image.folder / "bench"
    if wanted.peers and not (folder / "Dockerfile").is_file():
        raise UsageError(
            f"`{image.language}` has nothing to be compared with: no file "
            f"`{image.folder}/bench/Dockerfile`",
            "write it with the targets `bare` and `peer`, as the other languages have",
        )
    tags = {OURS: image.tag(prefix), **before, LOAD: f"{prefix}/bench:{LOAD}-{image.bases[0]}"}

    def make_one(tag: str, folder: Path, arguments: Mapping[str, str], *options: str) -> None:
        command = buildx_command.of_folder(
            engine.buildx, folder, tag, arguments, authorities, options
        )
        _run(engine, catalog.root, tag, command)

    make_one(tags[LOAD], catalog.root / "bench", {"BASE": base})
    for server in COMPARISONS if wanted.peers else ():
        tags[server] = f"{prefix}/bench:{image.language}-{server}"
        arguments = {"BASE": tools, "VERSION": image.version}
        make_one(tags[server], folder, arguments, f"--target={server}")
    return tags


def _before(image: Image, engine: Engine, wanted: Wanted) -> dict[str, str]:
    """Return the image of before; its phases run in images of the same prefix."""
    prefix, _, name = wanted.before.rpartition("/")
    expected = image.tag(prefix).rpartition("/")[2]
    if not prefix or name != expected:
        raise UsageError(
            f"`{wanted.before}` is not comparable with `{image.name}`",
            f"`--before` takes `PREFIX/{expected}`",
        )
    for part in deployment.images(image):
        if api.call(engine.host, f"/images/{part.tag(prefix)}/json") is None:
            raise UsageError(
                f"the engine has no image `{part.tag(prefix)}`",
                "the image of before needs those of its phases too: tag them all alike",
            )
    return {BEFORE: wanted.before}


def _run(engine: Engine, root: Path, tag: str, command: Sequence[str]) -> None:
    log = build_record.log_path(root, tag.rpartition("/")[2].replace(":", "-"))
    log.unlink(missing_ok=True)
    try:
        Processes().run(command, log=log, environment=engine.environment)
    except ProcessError as error:
        raise BuildError(f"`{tag}` was not built:\n{error.output}\nlog: {log}") from error
