"""Recipes: what an image that a Dockerfile makes is built from, whatever kind of step it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from imagebuild.catalog.catalog import Image
from imagebuild.catalog.model import Base


@dataclass(frozen=True)
class Recipe:
    """The inputs of one build.

    `folder` and the values of `contexts` are folders from the repository's root. `bases` has the
    name of a base for each build argument that holds a reference, `BASE` first.
    """

    folder: str
    target: str
    bases: Mapping[str, str]
    title: str
    version: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, str] = field(default_factory=dict)


def of_image(image: Image) -> Recipe:
    """Return how an image of a language is built."""
    version = image.version_entry
    return Recipe(
        folder=image.folder,
        target=image.variant_entry.target,
        bases={"BASE": version.base, **version.extra_bases},
        title=f"{image.language_entry.title} {image.version}",
        version=image.version,
        arguments={"VERSION": image.version, **version.arguments},
        contexts=image.language_entry.contexts,
    )


def of_base(base: Base) -> Recipe | None:
    """Return how a base is built, None when no Dockerfile makes it."""
    if base.folder is None or base.target is None or base.base is None:
        return None
    return Recipe(base.folder, base.target, {"BASE": base.base}, title=base.folder)
