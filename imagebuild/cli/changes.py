"""Images that what differs between a git commit and the work tree concerns."""

from collections.abc import Iterable
from pathlib import Path

from imagebuild.build import build_context, content_key
from imagebuild.catalog.catalog import Catalog, Image, parse
from imagebuild.errors import CatalogError, ProcessError, UsageError
from imagebuild.process import Processes
from imagebuild.suite import results

CONCERNS_ALL = (
    *(*results.SUITE_FILES, "SPEC.md", "build.py"),
    *(f"{folder}/" for folder in (*results.SUITE_FOLDERS, "tests/engine")),
)
CONCERNS_LANGUAGE = ("shim", "fixtures", "tests")
"""Folders of a language that decide how it is tested; a build copies a part of the first only."""


def since(catalog: Catalog, images: Iterable[Image], commit: str) -> list[Image]:
    """Return those of `images` that a change between the git commit and the work tree concerns.

    It does when it may make another image, or another result of its tests: the files of its
    contexts, its entry in images.yaml with its bases, its language's tests and fixtures. The
    builder, the contract and its suite concern all. Raises UsageError when git doesn't know the
    commit.
    """
    changed = _changed_files(catalog.root, commit)
    if any(path.startswith(CONCERNS_ALL) for path in changed):
        return list(images)
    before = _catalog_at(catalog, commit) if catalog.path.name in changed else catalog
    old = {image.name: image for image in before.images()} if before else {}
    return [
        image
        for image in images
        if image.name not in old
        or before is None
        or _entry(catalog, image) != _entry(before, old[image.name])
        or _touches(catalog, image, changed)
    ]


def _touches(catalog: Catalog, image: Image, changed: set[str]) -> bool:
    own = tuple(f"{image.folder}/{name}/" for name in CONCERNS_LANGUAGE)
    if any(path.startswith(own) for path in changed):
        return True
    for folder in content_key.context_folders(catalog, image):
        inside = {path for path in changed if path.startswith(f"{folder}/")}
        gone = {path for path in inside if not (catalog.root / path).exists()}
        kept = {f"{folder}/{path}" for path in build_context.files(catalog.root / folder)}
        if gone or inside & kept:
            return True
    return False


def _entry(catalog: Catalog, image: Image) -> object:
    """Return all that the catalog says of one image, to be compared."""
    language = image.language_entry.model_dump(exclude={"versions", "variants", "default"})
    bases = [catalog.bases[name] for name in catalog.bases_of([image])]
    return language, image.version_entry, image.variant_entry, bases, catalog.platforms


def _changed_files(root: Path, commit: str) -> set[str]:
    """Return the paths, from `root`, that differ from the commit, files unknown to git included."""
    git = ["git", "-C", str(root)]
    processes = Processes()
    try:
        processes.read([*git, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"])
    except ProcessError as error:
        raise UsageError(
            f"git knows no commit `{commit}` in `{root}`",
            "name a branch, a tag or a commit of this clone; a shallow clone has few of them",
        ) from error
    # Of a rename git names the new file only, though the old one is gone from its context.
    diff = ["diff", "--no-renames", "--name-only", "--relative", "-z", commit]
    differing = processes.read([*git, *diff])
    unknown = processes.read([*git, "ls-files", "--others", "--exclude-standard", "-z"])
    return set(filter(None, (differing + unknown).split("\0")))


def _catalog_at(catalog: Catalog, commit: str) -> Catalog | None:
    """Return the catalog as the commit has it, None when it was not there or not valid."""
    name = f"{commit}:./{catalog.path.name}"
    try:
        text = Processes().read(["git", "-C", str(catalog.root), "show", name])
        return parse(text, catalog.path)
    except (ProcessError, CatalogError):
        return None
