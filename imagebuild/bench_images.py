"""The images of a bench: ours, the two it is compared with, and the load generator."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from imagebuild import build, buildx, deployment, phases, record
from imagebuild.bench_result import COMPARISONS, OURS
from imagebuild.catalog import Catalog, Image
from imagebuild.content import base_name
from imagebuild.engine import Engine
from imagebuild.errors import BuildError, ProcessError, UsageError
from imagebuild.process import Processes

LOAD = "load"


def make(
    catalog: Catalog, image: Image, engine: Engine, prefix: str, jobs: int, authorities: Path
) -> dict[str, str]:
    """Build what is missing and return the tags by server name, and that of `LOAD`.

    `runtimes/LANGUAGE/bench/Dockerfile` makes the others (targets `bare` and `peer`) from the
    image of the language's first phase, else from its base. Raises BuildError.
    """
    steps = build.plan_steps(catalog, deployment.images(image), prefix=prefix)
    build.build(catalog, steps, prefix=prefix, jobs=jobs, ca_bundle=authorities)
    base = next(step.tag for step in steps if step.name == base_name(image.bases[0]))
    variants = [phase.variant for phase in image.language_entry.kubeless.phases.values()]
    tools = phases.of_variant(image, variants[0]).tag(prefix) if variants else base
    folder = catalog.root / image.folder / "bench"
    if not (folder / "Dockerfile").is_file():
        raise UsageError(
            f"`{image.language}` has nothing to be compared with: no file "
            f"`{image.folder}/bench/Dockerfile`",
            "write it with the targets `bare` and `peer`, as the other languages have",
        )
    tags = {OURS: image.tag(prefix), LOAD: f"{prefix}/bench:{LOAD}-{image.bases[0]}"}

    def make_one(tag: str, folder: Path, arguments: Mapping[str, str], *options: str) -> None:
        command = buildx.of_folder(engine.buildx, folder, tag, arguments, authorities, options)
        _run(engine, catalog.root, tag, command)

    make_one(tags[LOAD], catalog.root / "bench", {"BASE": base})
    for server in COMPARISONS:
        tags[server] = f"{prefix}/bench:{image.language}-{server}"
        arguments = {"BASE": tools, "VERSION": image.version}
        make_one(tags[server], folder, arguments, f"--target={server}")
    return tags


def _run(engine: Engine, root: Path, tag: str, command: Sequence[str]) -> None:
    log = record.log_path(root, tag.rpartition("/")[2].replace(":", "-"))
    log.unlink(missing_ok=True)
    try:
        Processes().run(command, log=log, environment=engine.environment)
    except ProcessError as error:
        raise BuildError(f"`{tag}` was not built:\n{error.output}\nlog: {log}") from error
