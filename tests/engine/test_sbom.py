"""SBOMs of real images."""

import json
from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.engine import engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from imagebuild.sbom import document, inventory

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")


@pytest.mark.timeout(120)
def test_a_distroless_image_has_an_sbom() -> None:
    """It has no package database, and yet its packages are known; a whole image has more."""
    host = engine.connect(Processes(), ROOT).host
    client = containers.connect(host)
    images = {image.name: image for image in CATALOG.images()}
    documents = [
        json.loads(inventory.sbom(client, host, CATALOG, images[name], CATALOG.prefix))
        for name in ("python-3.13-distroless", "python-3.13")
    ]
    slim, whole = (document.versions(each) for each in documents)
    client.close()
    assert slim["generic/python"].startswith("3.13.")
    assert slim["deb/debian/libpython3.13-minimal"].startswith(slim["generic/python"])
    assert {"deb/debian/libc6", "deb/debian/libssl3t64", "pypi/bottle"} <= slim.keys()
    assert slim.items() <= whole.items()
    assert "deb/debian/dpkg" in whole.keys() - slim.keys()
