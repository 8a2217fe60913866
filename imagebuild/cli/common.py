"""What the commands have in common: reading the catalog, choosing images, printing."""

import datetime
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from imagebuild.catalog.catalog import Catalog, Image, load
from imagebuild.catalog.model import PREFIX_FORM
from imagebuild.catalog.validation_messages import PREFIX_HINT
from imagebuild.errors import UsageError, suggestion
from imagebuild.output import Output
from imagebuild.workspace import Workspace


def open_catalog(path: Path, warn: bool = False) -> Catalog:
    """Return the catalog at `path`; with `warn` its warnings go to stderr."""
    catalog = load(path)
    for warning in catalog.warnings if warn else ():
        print(f"warning: {warning}", file=sys.stderr)
    return catalog


def standard_output() -> Output:
    """Return the output of this process."""
    return Output(sys.stdout, sys.stderr)


def open_workspace(
    path: Path, prefix: str, *, jobs: int = 1, ca_bundle: Path | None = None
) -> Workspace:
    """Return what a command works with: the catalog at `path`, and what its options say."""
    catalog = open_catalog(path)
    return Workspace(catalog, prefix_of(catalog, prefix), standard_output(), jobs, ca_bundle)


def choose(
    catalog: Catalog, selectors: list[str] | None, changed_since: str, legacy: bool
) -> list[Image]:
    """Return the images that a command line means."""
    from imagebuild.catalog import selection

    images = selection.select(catalog, selectors or [], today=today(), legacy=legacy)
    if not changed_since:
        return images
    from imagebuild.cli import changes

    return changes.since(catalog, images, changed_since)


def image_called(catalog: Catalog, name: str) -> Image:
    """Return the image of this name. Raises UsageError if there is none."""
    images = {image.name: image for image in catalog.images()}
    if name not in images:
        raise UsageError(f"there is no image called `{name}`", suggestion(name, images))
    return images[name]


def lock_of(catalog_path: Path, given: Path | None) -> Path:
    """Return the path of the lock: that of --lock, else images.lock beside the catalog."""
    from imagebuild.release import lock

    return given or catalog_path.absolute().parent / lock.NAME


def prefix_of(catalog: Catalog, given: str) -> str:
    """Return the first part of the tags: the one of --prefix, else the catalog's.

    Raises UsageError for one that no tag can begin with.
    """
    if given and not re.fullmatch(PREFIX_FORM, given):
        raise UsageError(
            f"no tag of an image can begin with `{given}`, as in --prefix", PREFIX_HINT
        )
    return given or catalog.prefix


def today() -> datetime.date:
    """Return the date that decides what is legacy, the same in every time zone."""
    return datetime.datetime.now(datetime.UTC).date()


def pairs(settings: Iterable[str]) -> dict[str, str]:
    """Return `NAME=VALUE` arguments as a dict. Raises UsageError for anything else."""
    result = {}
    for setting in settings:
        name, separator, value = setting.partition("=")
        if not (name and separator):
            raise UsageError(f"`{setting}` is no setting", "write --env NAME=VALUE")
        result[name] = value
    return result


def print_lines(lines: Iterable[str]) -> None:
    """Print each line to standard output."""
    for line in lines:
        print(line)


def say(line: str) -> None:
    """Print a line of progress to standard error at once."""
    print(line, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """Print `value` as indented JSON to standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
