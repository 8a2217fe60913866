"""A lock of the made-up language's version 2.0."""

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.release.lock import Entry, Lock
from imagebuild.render.pins import Pins

PREFIX = "registry.example.com/team"


@pytest.fixture
def pins(catalog: Catalog) -> Pins:
    """Return the pins of all images of version 2.0."""
    entries = [
        Entry(
            image.name,
            f"{PREFIX}/esperanto",
            f"2.0.5.20261130{image.suffix}",
            f"sha256:{number:064x}",
        )
        for number, image in enumerate(catalog.images())
        if image.version == "2.0"
    ]
    return Pins(Lock(prefix=PREFIX).with_entries(entries))
