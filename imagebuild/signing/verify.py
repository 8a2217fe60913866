"""Verifies a release: each tag, its digest, its signature, its SBOM, its provenance."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from imagebuild.catalog.catalog import Image
from imagebuild.release import tags
from imagebuild.release.lock import Entry
from imagebuild.release.registry import Registry
from imagebuild.sbom.document import DIGEST
from imagebuild.signing import provenance
from imagebuild.signing.cosign import SIGNATURE, Cosign

NAMES = {"cyclonedx": "SBOM", "slsaprovenance1": "provenance"}


def mistakes(
    cosign: Cosign,
    registry: Registry,
    public: Path,
    images: Mapping[str, Image],
    entries: Iterable[Entry],
) -> list[str]:
    """Return what is wrong with `entries`, a line each; none when all is as the lock says.

    `public` is the key of those who sign, `images` the catalog's by selector. No transparency log
    is asked. Raises RegistryError when the registry can't be read.
    """
    return [
        f"{entry.image}: {line}"
        for entry in entries
        for line in (
            *_tags(registry, images.get(entry.image), entry),
            *_attached(cosign, public, entry),
        )
    ]


def _tags(registry: Registry, image: Image | None, entry: Entry) -> Iterator[str]:
    parsed = tags.parse(image, entry.tag) if image else None
    floating = tags.floating(image, parsed.found) if image and parsed else ()
    for tag in (entry.tag, *floating):
        found = registry.digest(f"{entry.repository}:{tag}")
        if found != entry.digest:
            yield f"`{tag}` points to `{found}`, not to `{entry.digest}`"


def _attached(cosign: Cosign, public: Path, entry: Entry) -> Iterator[str]:
    if SIGNATURE not in cosign.signed_types(public, entry.pinned):
        yield "no signature with this key"
    for kind, name in NAMES.items():
        found = cosign.predicates(public, entry.pinned, kind)
        if not found:
            yield f"no {name} that is signed with this key"
        elif not any(fits(kind, each, entry) for each in found):
            yield f"its {name} is that of another image"


def fits(kind: str, predicate: dict[str, Any], entry: Entry) -> bool:
    """Whether a predicate of the type `kind` is about the image of `entry`, by what it says."""
    if kind == "slsaprovenance1":
        return provenance.fits(predicate, entry)
    component = predicate.get("metadata", {}).get("component", {})
    properties = {each["name"]: each["value"] for each in component.get("properties", [])}
    return properties.get(DIGEST) == entry.digest
