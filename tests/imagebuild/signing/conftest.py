"""Images of the made-up language, and a registry in memory."""

import pytest

from imagebuild.catalog.catalog import Catalog, Image
from tests.imagebuild.memory_registry import MemoryRegistry


@pytest.fixture
def registry() -> MemoryRegistry:
    """Return an empty registry."""
    return MemoryRegistry()


@pytest.fixture
def images(catalog: Catalog) -> dict[str, Image]:
    """Return the images of version 2.0, by variant."""
    return {image.variant: image for image in catalog.images() if image.version == "2.0"}
