"""Makes the SBOM of an image that the engine has."""

import datetime
from typing import TYPE_CHECKING

from imagebuild.build import labels
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api
from imagebuild.errors import UsageError
from imagebuild.release import found_versions
from imagebuild.sbom import debian, document, filesystem, languages
from imagebuild.sbom.languages import Module

if TYPE_CHECKING:
    from docker import DockerClient

PINS = "shim/package-lock.json"
"""What a bundler has put into one file can't be seen there."""


def sbom(client: "DockerClient", host: str, catalog: Catalog, image: Image, prefix: str) -> str:
    """Return the SBOM of `image` as CycloneDX JSON.

    Raises UsageError when the engine lacks it, or the image whose package database it needs.
    """
    tag = image.tag(prefix)
    found = api.call(host, f"/images/{tag}/json")
    if found is None:
        raise UsageError(f"the engine has no image `{tag}`", f"./build.py build {image.name}")
    own = found["Config"].get("Labels") or {}
    files = filesystem.read(client, host, tag)
    siblings = [each for each in catalog.images() if _same_version(each, image)]
    packages = files.packages() or debian.present(
        _database(client, host, siblings, prefix), files.sums
    )
    version = found_versions.ask(client, siblings, prefix)[image.variant]
    return document.render(
        image.name,
        str(found["Id"]),
        datetime.datetime.fromisoformat(own.get(labels.CREATED) or "1970-01-01T00:00:00+00:00"),
        Module("generic", image.language, version),
        packages,
        files.modules | _pinned(catalog, image),
        catalog.bases[image.version_entry.base].suite or "unknown",
    )


def _database(
    client: "DockerClient", host: str, siblings: list[Image], prefix: str
) -> list[debian.Package]:
    """Return the packages of the first image that has dpkg's database."""
    for each in siblings:
        if packages := filesystem.read(client, host, each.tag(prefix)).packages():
            return packages
    raise UsageError(
        "no image of this version has a package database", "is its base a Debian suite?"
    )


def _same_version(image: Image, other: Image) -> bool:
    return (image.language, image.version) == (other.language, other.version)


def _pinned(catalog: Catalog, image: Image) -> set[Module]:
    """Return the packages that the language's lock file pins, in images that run functions."""
    path = catalog.root / image.folder / PINS
    if not (image.is_runtime and path.is_file()):
        return set()
    return set(languages.npm_lock(path.read_bytes()))
