"""Which images a command is about: selectors and legacy versions."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import UsageError, nearest, suggestion


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
            near = [name] if (name := nearest(selector, names)) else list(catalog.languages)
            raise UsageError(f"there is no image called `{selector}`", suggestion(selector, near))

    def wanted(image: Image) -> bool:
        named = names_of(image).intersection(selectors)
        by_version = bool(named - {image.language})
        current = legacy or not image.is_legacy(today)
        return by_version or (current and (bool(named) or not selectors))

    return [image for image in images if wanted(image)]


def usual(catalog: Catalog, images: Sequence[Image]) -> list[Image]:
    """Return those of `images` that are tested usually, by the catalog's rule."""
    rule = catalog.usual_tests
    if rule is None:
        return list(images)
    return [
        image
        for image in images
        if image.variant
        in (
            rule.default_version
            if image.version == image.language_entry.default
            else rule.other_versions
        )
    ]


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
    near = nearest(name, [image.name for image in runtimes])
    names = [near] if near else list(catalog.languages)
    raise UsageError(f"there is no runtime image called `{name}`", suggestion(name, names))


def _language_of(catalog: Catalog, file: Path | None) -> str:
    suffixes = {
        language.kubeless.fileNameSuffix: name for name, language in catalog.languages.items()
    }
    suffix = file.suffix if file else ""
    if suffix not in suffixes:
        ending = f"end in `{suffix}`" if suffix else f"have a name like `{file}`"
        raise UsageError(
            f"no language has functions that {ending}",
            f"name the runtime with --image; known are {', '.join(sorted(suffixes))}",
        )
    return suffixes[suffix]


def names_of(image: Image) -> set[str]:
    """Return the selectors that this image answers to."""
    version = f"{image.language}-{image.version}"
    return {image.language, version, f"{version}-{image.variant}"}
