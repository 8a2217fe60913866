"""Builds what a plan says: bases, then images, in parallel, each with a log of its own."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imagebuild.build import build_record, build_report, content_key, labels, plan
from imagebuild.build.build_record import Entry
from imagebuild.build.steps import Action, Step
from imagebuild.catalog.catalog import Image
from imagebuild.engine import engine as engines
from imagebuild.errors import ImageBuildError
from imagebuild.workspace import Workspace


def plan_steps(workspace: Workspace, images: Iterable[Image], *, force: bool = False) -> list[Step]:
    """Return the plan that brings `images` about, given what the engine has (if one answers)."""
    images = list(images)
    catalog, prefix = workspace.catalog, workspace.prefix
    host = engines.find()
    keys = content_key.keys(catalog, images)
    bases = [content_key.base_tag(name, prefix) for name in catalog.bases_of(images)]
    tags = [*bases, *(image.tag(prefix) for image in images)]
    known = labels.known(host, tags) if host else {}
    return plan.make(catalog, images, keys, known, prefix=prefix, force=force)


def build(workspace: Workspace, steps: Sequence[Step]) -> list[dict[str, object]]:
    """Do the steps of a plan and return what is there now, in their order (`build --json`).

    Progress and a summary are shown. Raises BuildError when some images failed, DiskFullError
    at once; after Ctrl-C, or where an image failed, its tag is what it was before.
    """
    todo = [step for step in steps if step.action is Action.BUILD]
    failures = _make(workspace, todo) if todo else {}
    entries = _entries(workspace.root, steps, failures)
    failures |= _oversized(steps, entries)
    workspace.output.progress(build_report.summary(steps, entries, failures))
    if failures:
        raise build_report.failed(failures, len(steps))
    return [{**entries[step.name].as_json(), "action": step.action.value} for step in steps]


def _make(workspace: Workspace, steps: Sequence[Step]) -> dict[str, ImageBuildError]:
    """Build `steps` and return those that failed, by name."""
    from imagebuild.build import scheduler, source_revision
    from imagebuild.build.image_builder import Builder
    from imagebuild.build.progress import choose
    from imagebuild.interrupts import interruptible
    from imagebuild.process import Processes

    processes = Processes()
    # First what may be missing on this machine: an engine can take a minute to start.
    authorities = workspace.authorities
    engine = engines.connect(processes, workspace.root)
    source = source_revision.find(workspace.root, processes, workspace.output.warn)
    progress = choose(workspace.output.progress_stream)
    builder = Builder(workspace, engine, processes, progress, source, authorities)
    try:
        with interruptible():
            results = scheduler.run(
                steps, builder.make, jobs=workspace.jobs, cancel=processes.cancel
            )
    finally:
        progress.close()
    return {name: error for name, error in results.items() if isinstance(error, ImageBuildError)}


def _entries(
    root: Path, steps: Sequence[Step], failures: Mapping[str, ImageBuildError]
) -> dict[str, Entry]:
    """Return what is there now, by step name; size 0 where this checkout never measured it."""
    host = engines.find()
    known = labels.known(host, [step.tag for step in steps]) if host else {}
    recorded = build_record.read(root)
    result = {}
    for step in steps:
        if step.name in failures:
            continue
        found, entry = known.get(step.tag), recorded.get(step.tag)
        digest = found.digest if found else step.tag.partition("@")[2]
        if entry is None or entry.digest != digest:
            entry = Entry(step.name, step.tag, digest, step.key, 0, 0.0)
        result[step.name] = entry
    return result


def _oversized(steps: Sequence[Step], entries: Mapping[str, Entry]) -> dict[str, ImageBuildError]:
    """Return the errors of unchanged images above a limit that was lowered since."""
    errors: dict[str, ImageBuildError] = {}
    for step in steps:
        entry = entries.get(step.name)
        if step.image and entry:
            error = build_report.too_large(entry.size, step.image.variant_entry.size_limit_mb)
            errors |= {step.name: error} if error else {}
    return errors
