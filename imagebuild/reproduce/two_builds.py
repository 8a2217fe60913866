"""Builds an image twice, with nothing cached and from the same bases, and compares the results."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from imagebuild.build import (
    build,
    build_record,
    buildx_command,
    content_key,
    recipe,
    source_revision,
)
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api, engine
from imagebuild.errors import BuildError
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.reproduce import archive, compare
from imagebuild.workspace import Workspace

MOST_LINES = 40


@dataclass(frozen=True)
class Verdict:
    """The digest of both builds, or what differs; `moved`: packages that were renewed between."""

    digest: str
    differences: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def reproduce(workspace: Workspace, image: Image) -> Verdict:
    """Build `image` twice and return how the results differ.

    Times of files are set back to the commit's by BuildKit. The image in the engine stays as it is.
    Raises BuildError when a build fails or a base isn't there.
    """
    processes = Processes()
    catalog, prefix, authorities = workspace.catalog, workspace.prefix, workspace.authorities
    used = engine.connect(processes, catalog.root)
    step = build.plan_steps(workspace, [image])[-1]
    source = source_revision.find(catalog.root, processes, workspace.output.warn)
    made = recipe.of_image(image)
    references = {
        content_key.base_name(n): _base(catalog, n, prefix, used) for n in made.bases.values()
    }
    command = buildx_command.command(
        used.buildx, catalog, step, made, references, source, authorities, cache=False
    )
    environment = {**used.environment, "SOURCE_DATE_EPOCH": str(source.epoch)}
    results, logs = [], []
    with (
        interruptible(),
        tempfile.TemporaryDirectory(dir=build_record.folder(catalog.root)) as folder,
    ):
        for number in (1, 2):
            target = Path(folder) / f"{number}.tar"
            log = build_record.log_path(catalog.root, f"reproduce-{image.name}-{number}")
            log.unlink(missing_ok=True)
            workspace.output.progress(f"{image.name}: build {number} of 2")
            logs.append(
                processes.run(
                    buildx_command.to_archive(command, target, catalog.platforms),
                    log=log,
                    environment=environment,
                )
            )
            results.append(archive.read(target))
            target.unlink()
    first, second = results
    if first.digest == second.digest:
        return Verdict(first.digest)
    moved = compare.moved(*(compare.packages(log) for log in logs))
    return Verdict("", tuple(compare.differences(first, second)), tuple(moved))


def error(image: Image, verdict: Verdict) -> BuildError | None:
    """Return the error for a build that isn't reproducible, None for one that is."""
    if verdict.digest:
        return None
    if verdict.moved:
        return BuildError(
            f"packages have moved between the two builds of `{image.name}`:\n"
            + "\n".join(verdict.moved),
            "run it again: the archive was updated in between",
        )
    lines = list(verdict.differences[:MOST_LINES])
    if len(verdict.differences) > MOST_LINES:
        lines.append(f"and {len(verdict.differences) - MOST_LINES} more")
    return BuildError(
        f"two builds of `{image.name}` differ in {len(verdict.differences)} places:\n"
        + "\n".join(lines),
        "remove these files in the step that makes them, or make them the same each time",
    )


def _base(catalog: Catalog, name: str, prefix: str, used: engine.Engine) -> tuple[str, str]:
    tag = catalog.bases[name].image or content_key.base_tag(name, prefix)
    if "@" in tag:
        return tag, tag.partition("@")[2]
    found = api.call(used.host, f"/images/{tag}/json")
    if found is None:
        raise BuildError(f"the engine has no base `{tag}`", "run `./build.py build` first")
    return tag, str(found["Id"])
