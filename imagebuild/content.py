"""The content key: one digest over everything that an image is made from.

What counts of a context is what a build can copy: see `contexts`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imagebuild import contexts
from imagebuild.catalog import Catalog, Image
from imagebuild.model import Base

BASE_MODULES = ("bases.py", "mmdebstrap.py")
"""The modules of this package that decide what is in a base: a change rebuilds all."""

BUILDER_MODULES = (*BASE_MODULES, "buildx.py")
"""Those that decide what is in any image."""


def base_name(name: str) -> str:
    """Return the name of the step that makes the base called `name`."""
    return f"base-{name}"


def base_tag(name: str, prefix: str) -> str:
    """Return the whole reference of the base called `name`, if it is made here."""
    return f"{prefix}/base:{name}"


def keys(catalog: Catalog, images: Iterable[Image]) -> dict[str, str]:
    """Return the content key of each image and of each base they need, by step name.

    Reads the contexts under the catalog's root. Raises UsageError when a context or Dockerfile
    isn't there.
    """
    images = list(images)
    builder, base_builder = builder_version(BUILDER_MODULES), builder_version(BASE_MODULES)
    needed = {base for image in images for base in image.bases}
    result = {
        base_name(name): base_key(base, catalog.platforms, base_builder)
        for name, base in catalog.bases.items()
        if name in needed
    }
    digests: dict[str, str] = {}
    for image in images:
        for folder in context_folders(image):
            if folder not in digests:
                digests[folder] = contexts.digest(catalog.root / folder)
        result[image.name] = image_key(catalog, image, digests, result, builder)
    return result


def base_key(base: Base, platforms: Sequence[str], builder: str) -> str:
    """Return the key of a base: its entry, the platforms and the builder's version."""
    return _digest({"base": base.model_dump(), "platforms": platforms, "builder": builder})


def image_key(
    catalog: Catalog,
    image: Image,
    digests: Mapping[str, str],
    base_keys: Mapping[str, str],
    builder: str,
) -> str:
    """Return the key of an image, given the digests of its contexts and the keys of its bases."""
    return _digest(
        {
            "contexts": [
                ["", digests[image.folder]],
                *([n, digests[f]] for n, f in sorted(image.language_entry.contexts.items())),
            ],
            "target": image.variant_entry.target,
            "version": image.version,
            "entry": image.version_entry.model_dump(mode="json"),
            "bases": [base_keys[base_name(name)] for name in image.bases],
            "platforms": catalog.platforms,
            "source": catalog.source,
            "builder": builder,
        }
    )


def context_folders(image: Image) -> list[str]:
    """Return the folders a build of this image can read, from the root; its own comes first."""
    return [image.folder, *image.language_entry.contexts.values()]


def builder_version(modules: Sequence[str] = BUILDER_MODULES) -> str:
    """Return the digest of the modules that decide how images are made."""
    here = Path(__file__).parent
    return _digest([(here / name).read_text(encoding="utf-8") for name in modules])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
