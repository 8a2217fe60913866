"""The content key: one digest over everything that an image is made from.

What counts of a context is what a build can copy: see `build_context`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from imagebuild.build import build_context
from imagebuild.build import recipe as recipes
from imagebuild.build.recipe import Recipe
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.catalog.model import Base

BASE_MODULES = ("build/debian_bases.py", "engine/mmdebstrap.py")
"""The modules of the builder that decide what is in a base: a change rebuilds all."""

BUILDER_MODULES = (
    *BASE_MODULES,
    *("build/buildx_command.py", "build/labels.py", "build/recipe.py"),
)
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
    base_builder = builder_version(BASE_MODULES)
    result: dict[str, str] = {}
    key = _RecipeKeys(catalog, result)
    for name in catalog.bases_of(images):
        base = catalog.bases[name]
        recipe = recipes.of_base(base)
        own = key(recipe) if recipe else base_key(base, catalog.platforms, base_builder)
        result[base_name(name)] = own
    for image in images:
        result[image.name] = key(recipes.of_image(image))
    return result


class _RecipeKeys:
    """Returns the content keys of what Dockerfiles make; `keys` are those of the bases so far."""

    def __init__(self, catalog: Catalog, keys: Mapping[str, str]) -> None:
        self._catalog = catalog
        self._keys = keys
        self._builder = builder_version(BUILDER_MODULES)
        self._digests: dict[str, str] = {}

    def __call__(self, recipe: Recipe) -> str:
        folders = {"": recipe.folder, **recipe.contexts}
        return _digest(
            {
                "recipe": asdict(recipe),
                "contexts": [[name, self._context(f)] for name, f in sorted(folders.items())],
                "bases": [self._keys[base_name(name)] for name in recipe.bases.values()],
                "platforms": self._catalog.platforms,
                "source": self._catalog.source,
                "builder": self._builder,
            }
        )

    def _context(self, folder: str) -> str:
        if folder not in self._digests:
            self._digests[folder] = build_context.digest(self._catalog.root / folder)
        return self._digests[folder]


def base_key(base: Base, platforms: Sequence[str], builder: str) -> str:
    """Return the key of a base that no Dockerfile makes: entry, platforms, builder's version."""
    entry = base.model_dump(exclude={"folder", "target", "base"})
    return _digest({"base": entry, "platforms": platforms, "builder": builder})


def context_folders(catalog: Catalog, image: Image) -> list[str]:
    """Return the folders that `image` and its bases are built from, from the root."""
    bases = (recipes.of_base(catalog.bases[name]) for name in image.bases)
    parts = [recipes.of_image(image), *filter(None, bases)]
    return [folder for part in parts for folder in (part.folder, *part.contexts.values())]


def builder_version(modules: Sequence[str] = BUILDER_MODULES) -> str:
    """Return the digest of the modules that decide how images are made."""
    here = Path(__file__).parent.parent
    return _digest([(here / name).read_text(encoding="utf-8") for name in modules])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
