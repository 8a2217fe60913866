"""Makes the image of one step of a plan: builds, measures and records it."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from imagebuild import bases, buildx, engine_api, plan, record, report, size
from imagebuild.catalog import Catalog
from imagebuild.engine import Engine
from imagebuild.errors import BuildError, ImageBuildError, ProcessError, UsageError
from imagebuild.plan import Step
from imagebuild.process import Cancelled, Processes
from imagebuild.progress import Progress
from imagebuild.record import Entry


@dataclass(frozen=True)
class Builder:
    """Makes one image after the other; `make` may be called by several threads at once."""

    catalog: Catalog
    prefix: str
    engine: Engine
    processes: Processes
    progress: Progress
    origin: buildx.Origin
    authorities: Path

    def make(self, step: Step) -> Entry:
        """Build, measure and record the image of `step`.

        Raises BuildError, with the end of the log and its path, or DiskFullError.
        """
        self.progress.started(step.name, step.reason)
        log = record.log_path(self.catalog.root, step.name)
        log.unlink(missing_ok=True)
        begin = time.monotonic()
        try:
            self._build(step, log)
            entry = self._measure(step, time.monotonic() - begin, log)
        except ProcessError as error:
            self.progress.ended(step.name, "FAILED")
            raise BuildError(f"{error.output or error.message}\nlog: {log}", error.hint) from error
        except (ImageBuildError, Cancelled):
            self.progress.ended(step.name, "FAILED")
            raise
        seconds, megabytes = entry.seconds, report.megabytes(entry.size)
        self.progress.ended(step.name, f"built in {seconds:.1f} s, {megabytes}")
        return entry

    def _build(self, step: Step, log: Path) -> None:
        if step.base:
            platform = _only(self.catalog.platforms)
            work = record.folder(self.catalog.root)
            bases.make(step, platform, self.engine, self.processes, log, work)
            return
        command = buildx.command(
            self.engine.buildx,
            self.catalog,
            step,
            self._references(step),
            self.origin,
            self.authorities,
            cache=step.reason != plan.ASKED_FOR,
        )
        epoch = {"SOURCE_DATE_EPOCH": str(self.origin.epoch)}
        self.processes.run(
            command,
            log=log,
            environment={**self.engine.environment, **epoch},
            on_line=lambda line: self.progress.line(step.name, line),
        )

    def _references(self, step: Step) -> dict[str, tuple[str, str]]:
        """Return tag and digest of each parent; a base given by digest has both in its name."""
        result = {}
        for parent in step.parents:
            name = parent.removeprefix("base-")
            tag = self.catalog.bases[name].image or f"{self.prefix}/base:{name}"
            result[parent] = (tag, tag.partition("@")[2] or self._digest(tag))
        return result

    def _digest(self, tag: str) -> str:
        image = engine_api.call(self.engine.host, f"/images/{tag}/json")
        if image is None:
            raise BuildError(f"the engine has no image `{tag}`", "run `./build.py build`")
        return str(image["Id"])

    def _measure(self, step: Step, seconds: float, log: Path) -> Entry:
        """Record the image; one above its limit loses its tag, and the step fails."""
        total = size.compressed(self.engine.host, step.tag)
        limit = step.image.variant_entry.size_limit_mb if step.image else 0
        error = report.too_large(total, limit) if limit else None
        if error:
            remove = [*self.engine.docker, "image", "rm", step.tag]
            self.processes.run(remove, log=log, environment=self.engine.environment)
            raise error
        digest = self._digest(step.tag)
        entry = Entry(step.name, step.tag, digest, step.key, total, round(seconds, 1))
        record.add(self.catalog.root, {step.tag: entry})
        return entry


def origin_of(root: Path, processes: Processes) -> buildx.Origin:
    """Return git's commit of the checkout `root` and its time, or SOURCE_DATE_EPOCH's.

    A warning goes to stderr where `root` is a clone of which git tells nothing.
    """
    git = ["git", "-C", str(root)]
    describe = ["describe", "--always", "--dirty", "--abbrev=40", "--match="]
    try:
        commit = processes.read([*git, *describe])
        seconds = processes.read([*git, "log", "-1", "--format=%ct"])
    except ProcessError as error:
        commit, seconds = "unknown", "0"
        if (root / ".git").exists():
            why = error.output or error.message
            sys.stderr.write(f"warning: the images don't say their commit: {why}\n")
    return buildx.Origin(commit.strip(), int(os.environ.get("SOURCE_DATE_EPOCH") or seconds))


def _only(platforms: tuple[str, ...]) -> str:
    if len(platforms) > 1:
        raise UsageError(
            f"the bases can't be made for {len(platforms)} platforms at once",
            "give one in `platforms` of images.yaml, and build on a machine of each",
        )
    return platforms[0]
