"""What a user is told when a build is over: a table of all images, and why some failed."""

import re
from collections.abc import Mapping, Sequence

from imagebuild import text_table
from imagebuild.build.build_record import Entry
from imagebuild.build.scheduler import ParentFailedError
from imagebuild.build.steps import Step
from imagebuild.errors import BuildError, ImageBuildError

MEGABYTE = 1_000_000
VARIABLE = re.compile(r"^(#\d+ )?(\d+\.\d+ )?|^log: .*", re.MULTILINE)
"""What BuildKit writes before a line of a step, and the line that names the log."""

DIGEST_LENGTH = len("sha256:") + 12


def megabytes(size: int) -> str:
    """Return a size in bytes as `12.3 MB`, `-` when it isn't known (0)."""
    return f"{size / MEGABYTE:.1f} MB" if size else "-"


def too_large(size: int, limit_mb: float) -> BuildError | None:
    """Return the error of an image of `size` bytes, compressed, if that is above its limit."""
    if size <= limit_mb * MEGABYTE:
        return None
    return BuildError(
        f"the image is too large: `{megabytes(size)}` compressed, its limit is {limit_mb:g} MB",
        "leave something out, or raise `size_limit_mb` in images.yaml",
    )


def summary(
    steps: Sequence[Step], entries: Mapping[str, Entry], failures: Mapping[str, ImageBuildError]
) -> str:
    """Return the table of a build: image, result, compressed size, seconds, digest."""
    rows = [("IMAGE", "RESULT", "SIZE", "TIME", "DIGEST")]
    for step in steps:
        entry = entries.get(step.name)
        if step.name in failures or entry is None:
            skipped = isinstance(failures.get(step.name), ParentFailedError)
            rows.append((step.tag, "not built" if skipped else "FAILED", "-", "-", "-"))
            continue
        seconds = f"{entry.seconds:.1f} s" if entry.seconds else "-"
        result = "unchanged" if step.action.value == "skip" else "built"
        size, digest = megabytes(entry.size), entry.digest[:DIGEST_LENGTH]
        rows.append((step.tag, result, size, seconds, digest))
    return "\n".join(text_table.lines(rows))


def _comparable(message: str) -> str:
    """Return `message` without what differs from image to image where the cause is the same.

    A stage that several images share fails for each of them, with times and a log of its own.
    """
    return VARIABLE.sub("", message)


def failed(failures: Mapping[str, ImageBuildError], total: int) -> BuildError:
    """Return the error of a build of `total` images in which these failed.

    A cause is told once, with the names of all images that it concerns.
    """
    causes = {n: e for n, e in failures.items() if not isinstance(e, ParentFailedError)}
    concerned: dict[str, list[str]] = {}
    for name, error in causes.items():
        concerned.setdefault(_comparable(error.message), []).append(name)
    parts = [
        f"{', '.join(f'`{name}`' for name in names)}: {causes[names[0]].message}"
        for names in concerned.values()
    ]
    first = f"{len(causes)} of {total} images failed" if total > 1 else "the image failed"
    hints = dict.fromkeys(error.hint for error in causes.values() if error.hint)
    general = "correct that and run it again: what was built is kept"
    return BuildError(
        "\n\n".join([first, *parts]), "; ".join(hints) if len(hints) == 1 else general
    )
