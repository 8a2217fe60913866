"""Which tests run on which images: by image, clause, feature, folder and waiver."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog, Image
from tests.support import order
from tests.support.specification import Specification


def images_for(folder: Path, catalog: Catalog, patterns: list[str]) -> list[Image]:
    """Return the runtime images for the tests in `folder`.

    `patterns` are names of images, `*` allowed; none means all. The tests of a language run on
    its own images only.
    """
    return [
        image
        for image in catalog.images()
        if image.is_runtime
        and _is_for(folder, catalog.root, image)
        and (not patterns or any(fnmatchcase(image.name, pattern) for pattern in patterns))
    ]


def _is_for(folder: Path, root: Path, image: Image) -> bool:
    runtimes = root / "runtimes"
    return not folder.is_relative_to(runtimes) or folder.is_relative_to(root / image.folder)


def image_of(item: pytest.Item) -> Image | None:
    """Return the image that a test runs on, None where it needs none."""
    parameters = getattr(item, "callspec", None)
    return parameters.params.get("runtime") if parameters else None


def applies(item: pytest.Item, specification: Specification, wanted: list[str]) -> bool:
    """Whether a test is to run: it cites a wanted clause, and its language has the features."""
    if wanted and not set(wanted) & set(order.clauses(item)):
        return False
    image = image_of(item)
    if image is None:
        return True
    variants = item.get_closest_marker("variant")
    if variants and image.variant not in variants.args:
        return False
    language, cited = image.language_entry, order.clauses(item)
    if cited and any(map(is_custom, cited)) != (language.profile == "custom"):
        return False
    return order.needed_features(item, specification) <= language.binding_features


def is_custom(clause: str) -> bool:
    """Whether a clause is of the chapter that alone binds the profile `custom`."""
    return clause.startswith("CUSTOM-")


def quiet_last(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with the quiet ones of each image behind its others."""
    images = [image.name if (image := image_of(item)) else "" for item in items]
    places = {name: place for place, name in enumerate(dict.fromkeys(images))}
    keys = [(places[name], order.is_quiet(item)) for name, item in zip(images, items, strict=True)]
    return [item for _, item in sorted(zip(keys, items, strict=True), key=lambda pair: pair[0])]


def waive(item: pytest.Item) -> None:
    """Make a test whose clause is waived for its image a strict xfail: it runs, and must fail."""
    image = image_of(item)
    for waiver in image.waivers() if image else []:
        if waiver.clause in order.clauses(item):
            reason = f"{waiver.clause} is waived: {waiver.reason}"
            item.add_marker(pytest.mark.xfail(strict=True, reason=reason))
