"""The steps of a plan, and what an engine has already."""

import enum
from dataclasses import dataclass

from imagebuild.build import recipe
from imagebuild.build.recipe import Recipe
from imagebuild.catalog.catalog import Image
from imagebuild.catalog.model import Base

ASKED_FOR = "asked for"
"""The reason of a step that is unchanged and built all the same: nothing cached is used for it."""


class Action(enum.StrEnum):
    """What `build` does with a step."""

    BUILD = "build"
    SKIP = "skip"


@dataclass(frozen=True)
class Known:
    """An image that the engine has: its content key and digest, and the digests of its parents.

    `parents` holds the digest of each parent in the order of `Step.parents`.
    All of it comes from the image's labels.
    """

    key: str
    digest: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One image to be built or skipped.

    `name` is the selector (`base-trixie`, `python-3.13-distroless`), `tag` the whole reference
    (`function-runtimes/python:3.13-distroless`), `key` the content key (64 hex digits), `parents`
    the names of the steps that must end before this one, `reason` a few words for the user.
    Exactly one of `base` and `image` is set. A base given by digest is a step with action SKIP
    whose tag is that reference, so a parent's reference is always its step's `tag`.
    """

    name: str
    tag: str
    key: str
    parents: tuple[str, ...]
    action: Action
    reason: str
    base: Base | None = None
    image: Image | None = None

    @property
    def recipe(self) -> Recipe | None:
        """How a Dockerfile makes it, None for the other bases."""
        if self.image:
            return recipe.of_image(self.image)
        return recipe.of_base(self.base) if self.base else None

    def as_json(self) -> dict[str, object]:
        """Return what `plan --json` prints of this step."""
        return {
            "name": self.name,
            "tag": self.tag,
            "action": self.action.value,
            "reason": self.reason,
            "key": self.key,
            "parents": list(self.parents),
        }
