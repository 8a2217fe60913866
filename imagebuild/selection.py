"""Which images a command is about: selectors, legacy versions, and what changed since a commit."""

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

from imagebuild import content
from imagebuild.catalog import Catalog, Image, parse
from imagebuild.errors import CatalogError, ProcessError, UsageError, suggestion
from imagebuild.process import Processes


def select(
    catalog: Catalog, selectors: Sequence[str], *, today: datetime.date, legacy: bool = False
) -> list[Image]:
    """Return the images that the selectors name, in the order of the catalog, each once.

    A selector is `LANGUAGE`, `LANGUAGE-VERSION` or `LANGUAGE-VERSION-VARIANT`; without any, all
    images are meant. A legacy version is left out unless its version is named or `legacy` is
    true. Raises UsageError for an unknown name.
    """
    images = catalog.images()
    names = {name for image in images for name in names_of(image)}
    for selector in selectors:
        if selector not in names:
            raise UsageError(f"there is no image called `{selector}`", suggestion(selector, names))

    def wanted(image: Image) -> bool:
        named = names_of(image).intersection(selectors)
        by_version = bool(named - {image.language})
        current = legacy or not image.is_legacy(today)
        return by_version or (current and (bool(named) or not selectors))

    return [image for image in images if wanted(image)]


def runtime_of(catalog: Catalog, name: str, file: Path | None) -> Image:
    """Return the one image that runs functions and is called `name`.

    A language means its default version, a version its standard image. An empty name means the
    language whose functions end like `file`. Raises UsageError when there is no such image.
    """
    runtimes = [image for image in catalog.images() if image.is_runtime]
    if not name:
        name = _language_of(catalog, file)
    if name in catalog.languages:
        name = f"{name}-{catalog.languages[name].default}"
    for image in runtimes:
        if name in (image.name, f"{image.language}-{image.version}-{image.variant}"):
            return image
    names = [*catalog.languages, *(image.name for image in runtimes)]
    raise UsageError(f"there is no runtime image called `{name}`", suggestion(name, names))


def _language_of(catalog: Catalog, file: Path | None) -> str:
    suffixes = {
        language.kubeless.fileNameSuffix: name for name, language in catalog.languages.items()
    }
    suffix = file.suffix if file else ""
    if suffix not in suffixes:
        raise UsageError(
            f"no language has functions that end in `{suffix}`",
            f"name the runtime with --image; known are {', '.join(sorted(suffixes))}",
        )
    return suffixes[suffix]


def names_of(image: Image) -> set[str]:
    """Return the selectors that this image answers to."""
    version = f"{image.language}-{image.version}"
    return {image.language, version, f"{version}-{image.variant}"}


def changed_since(catalog: Catalog, images: Iterable[Image], commit: str) -> list[Image]:
    """Return those of `images` whose inputs differ between the git commit and the work tree.

    Inputs are the files of its contexts, its entry in images.yaml with its bases, and the
    builder. Raises UsageError when git doesn't know the commit.
    """
    changed = _changed_files(catalog.root, commit)
    builder = {f"imagebuild/{name}" for name in content.BUILDER_MODULES}
    if builder & changed:
        return list(images)
    before = _catalog_at(catalog, commit) if catalog.path.name in changed else catalog
    old = {image.name: image for image in before.images()} if before else {}
    return [
        image
        for image in images
        if image.name not in old
        or before is None
        or _entry(catalog, image) != _entry(before, old[image.name])
        or _touches(catalog.root, image, changed)
    ]


def _touches(root: Path, image: Image, changed: set[str]) -> bool:
    for folder in content.context_folders(image):
        inside = {path for path in changed if path.startswith(f"{folder}/")}
        gone = {path for path in inside if not (root / path).exists()}
        kept = {f"{folder}/{path}" for path in content.context_files(root / folder)}
        if gone or inside & kept:
            return True
    return False


def _entry(catalog: Catalog, image: Image) -> object:
    """Return all that the catalog says of one image, to be compared."""
    language = image.language_entry.model_dump(exclude={"versions", "variants", "default"})
    bases = [catalog.bases[name] for name in image.bases]
    return language, image.version_entry, image.variant_entry, bases, catalog.platforms


def _changed_files(root: Path, commit: str) -> set[str]:
    """Return the paths, from `root`, that differ from the commit, files unknown to git included."""
    git = ["git", "-C", str(root)]
    processes = Processes()
    try:
        processes.run([*git, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"])
    except ProcessError as error:
        raise UsageError(
            f"git knows no commit `{commit}` in `{root}`",
            "name a branch, a tag or a commit of this clone; a shallow clone has few of them",
        ) from error
    differing = processes.run([*git, "diff", "--name-only", "--relative", "-z", commit])
    unknown = processes.run([*git, "ls-files", "--others", "--exclude-standard", "-z"])
    return set(filter(None, (differing + unknown).split("\0")))


def _catalog_at(catalog: Catalog, commit: str) -> Catalog | None:
    """Return the catalog as the commit has it, None when it was not there or not valid."""
    name = f"{commit}:./{catalog.path.name}"
    try:
        text = Processes().run(["git", "-C", str(catalog.root), "show", name])
        return parse(text, catalog.path)
    except (ProcessError, CatalogError):
        return None
