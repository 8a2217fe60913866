"""Makes the image of one step of a plan: builds, measures and records it."""

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from imagebuild.build import (
    build_record,
    build_report,
    buildx_command,
    debian_bases,
    image_size,
    steps,
)
from imagebuild.build.build_record import Entry
from imagebuild.build.content_key import base_name, base_tag
from imagebuild.build.progress import Progress
from imagebuild.build.recipe import Recipe
from imagebuild.build.source_revision import Origin
from imagebuild.build.steps import Step
from imagebuild.engine import api
from imagebuild.engine.engine import Engine
from imagebuild.errors import BuildError, EngineError, ImageBuildError, ProcessError, UsageError
from imagebuild.process import Cancelled, Processes
from imagebuild.workspace import Workspace


@dataclass(frozen=True)
class Builder:
    """Makes one image after the other; `make` may be called by several threads at once."""

    workspace: Workspace
    engine: Engine
    processes: Processes
    progress: Progress
    origin: Origin
    authorities: Path

    def make(self, step: Step) -> Entry:
        """Build, measure and record the image of `step`.

        Raises BuildError, with the end of the log and its path, or DiskFullError.
        """
        self.progress.started(step.name, step.reason)
        log = build_record.log_path(self.workspace.root, step.name)
        log.unlink(missing_ok=True)
        begin = time.monotonic()
        # The tag is moved at the end: an image that fails leaves the one before in its place.
        draft = replace(step, tag=f"{step.tag}-unfinished-{os.getpid()}")
        try:
            self._build(draft, log)
            entry = self._record(step, draft.tag, time.monotonic() - begin)
        except ProcessError as error:
            self.progress.ended(step.name, "FAILED")
            raise BuildError(f"{error.output or error.message}\nlog: {log}", error.hint) from error
        except ImageBuildError:
            self.progress.ended(step.name, "FAILED")
            raise
        except Cancelled:
            self.progress.ended(step.name, "stopped")
            raise
        finally:
            with suppress(EngineError):  # it would hide why the build failed
                self._ask("DELETE", draft.tag)
        seconds, megabytes = entry.seconds, build_report.megabytes(entry.size)
        self.progress.ended(step.name, f"built in {seconds:.1f} s, {megabytes}")
        return entry

    def _build(self, step: Step, log: Path) -> None:
        recipe = step.recipe
        if recipe is None:
            platform = _only(self.workspace.catalog.platforms)
            work = build_record.folder(self.workspace.root)
            debian_bases.make(step, platform, self.engine, self.processes, log, work)
            return
        command = buildx_command.command(
            self.engine.buildx,
            self.workspace.catalog,
            step,
            recipe,
            self._references(recipe),
            self.origin,
            self.authorities,
            cache=step.reason != steps.ASKED_FOR,
        )
        environment = {**self.engine.environment, "SOURCE_DATE_EPOCH": str(self.origin.epoch)}
        work = build_record.folder(self.workspace.root)
        with tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as folder:
            archive = Path(folder) / "image.tar"
            self.processes.run(
                buildx_command.to_archive(command, archive, self.workspace.catalog.platforms),
                log=log,
                environment=environment,
                on_line=lambda line: self.progress.line(step.name, line),
            )
            load = [*self.engine.docker, "load", "--quiet", f"--input={archive}"]
            self.processes.run(load, log=log, environment=environment)

    def _references(self, recipe: Recipe) -> dict[str, tuple[str, str]]:
        """Return tag and digest of each parent; a base given by digest has both in its name."""
        result = {}
        for name in recipe.bases.values():
            tag = self.workspace.catalog.bases[name].image or base_tag(name, self.workspace.prefix)
            result[base_name(name)] = (tag, tag.partition("@")[2] or self._digest(tag))
        return result

    def _digest(self, tag: str) -> str:
        image = self._ask("GET", tag, "/json")
        if image is None:
            raise BuildError(f"the engine has no image `{tag}`", "run `./build.py build`")
        return str(image["Id"])

    def _record(self, step: Step, draft: str, seconds: float) -> Entry:
        """Give the image tagged `draft` the tag of `step` and record it, if its size allows it."""
        total = image_size.compressed(self.engine.host, draft)
        limit = step.image.variant_entry.size_limit_mb if step.image else 0
        if limit and (error := build_report.too_large(total, limit)):
            raise error
        digest = self._digest(draft)
        repository, _, tag = step.tag.rpartition(":")
        self._ask("POST", draft, "/tag", {"repo": repository, "tag": tag})
        entry = Entry(step.name, step.tag, digest, step.key, total, round(seconds, 1))
        build_record.add(self.workspace.root, {step.tag: entry})
        return entry

    def _ask(
        self, method: str, tag: str, suffix: str = "", query: Mapping[str, str] | None = None
    ) -> Any:
        """Ask the engine about the image `tag`; None when there is none."""
        return api.call(self.engine.host, f"/images/{tag}{suffix}", query, method=method)


def _only(platforms: tuple[str, ...]) -> str:
    if len(platforms) > 1:
        raise UsageError(
            f"the bases can't be made for {len(platforms)} platforms at once",
            "give one in `platforms` of images.yaml, and build on a machine of each",
        )
    return platforms[0]
