"""References of published images, by digest, from the lock or below a mirror's prefix."""

from dataclasses import dataclass

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import UsageError
from imagebuild.functions import phases
from imagebuild.release.lock import Lock


@dataclass(frozen=True)
class Pins:
    """The images of `lock`; `prefix` is a mirror's, the lock's own when empty."""

    lock: Lock
    prefix: str = ""

    def repository(self, image: Image) -> str:
        """Return the repository of `image`."""
        return f"{self.prefix or self.lock.prefix}/{image.language}"

    def tag(self, image: Image) -> str:
        """Return immutable tag and digest of `image`, `TAG@sha256:...`. Raises UsageError."""
        entry = self.lock.entries.get(image.name)
        if entry is None:
            raise UsageError(
                f"images.lock has no `{image.name}`",
                f"publish it: ./build.py push {image.language}-{image.version}",
            )
        return f"{entry.tag}@{entry.digest}"

    def reference(self, image: Image) -> str:
        """Return the whole reference of `image`. Raises UsageError when it isn't published."""
        return f"{self.repository(image)}:{self.tag(image)}"

    def is_complete(self, image: Image) -> bool:
        """Whether `image` and the images of its language's phases are published."""
        variants = {phase.variant for phase in image.language_entry.kubeless.phases.values()}
        parts = [image, *(phases.of_variant(image, variant) for variant in variants)]
        return all(part.name in self.lock.entries for part in parts)

    def images(self, catalog: Catalog) -> list[Image]:
        """Return the images of `catalog` that are published. Raises UsageError when none is."""
        found = [image for image in catalog.images() if image.name in self.lock.entries]
        if not found:
            raise UsageError(
                "images.lock holds no image of the catalog", "publish some: ./build.py push"
            )
        return found
