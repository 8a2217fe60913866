"""Signing and verifying, with a stand-in for cosign."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError
from imagebuild.process import Processes
from imagebuild.release.lock import Entry, Lock
from imagebuild.sbom.document import DIGEST
from imagebuild.signing import packages, provenance, verify
from imagebuild.signing.cosign import SIGNATURE, TYPES, Cosign
from imagebuild.signing.sign import sign
from tests.imagebuild.memory_registry import MemoryRegistry, digest_of

REPOSITORY = "registry.example.com/team/esperanto"
KEY = Path("private")


class MemoryCosign(Cosign):
    """Holds what was signed, by reference."""

    def __init__(self) -> None:
        super().__init__(Processes())
        self.signed: set[str] = set()
        self.attached: list[tuple[str, str, str]] = []

    def public_key(self, key: Path) -> str:
        """Return any text."""
        return "public"

    def sign(self, key: Path, reference: str) -> None:
        """Note the signature."""
        assert reference not in self.signed
        self.signed.add(reference)

    def attest(self, key: Path, reference: str, kind: str, predicate: Path) -> None:
        """Note the document."""
        self.attached.append((reference, kind, predicate.read_text(encoding="utf-8")))

    def signed_types(self, public: Path, reference: str) -> set[str]:
        """Return what cosign's `verify` says: attestations too."""
        kinds = {TYPES[kind] for name, kind, _ in self.attached if name == reference}
        return kinds | ({SIGNATURE} if reference in self.signed else set())

    def predicates(self, public: Path, reference: str, kind: str) -> list[dict[str, object]]:
        """Return the documents of a kind."""
        wanted = (reference, kind)
        return [json.loads(text) for *name, text in self.attached if tuple(name) == wanted]


@pytest.fixture
def cosign() -> MemoryCosign:
    """Return a cosign that has signed nothing."""
    return MemoryCosign()


@pytest.fixture
def lock(registry: MemoryRegistry, images: dict[str, Image]) -> Lock:
    """Publish the images of version 2.0; return the lock."""
    entries = []
    for image in images.values():
        tag = f"2.0.5.20261130{image.suffix}"
        for name in (tag, f"2.0.5{image.suffix}", f"2.0{image.suffix}"):
            registry.manifests[f"{REPOSITORY}:{name}"] = image.name
        facts = {"revision": "abc", "base": "sha256:0", "key": "k", "contract": "untested"}
        entries.append(Entry(image.name, REPOSITORY, tag, digest_of(image.name), facts))
    return Lock(source="https://example.org").with_entries(entries)


def sbom_of(entry: Entry) -> str:
    """Return an SBOM with one part."""
    component = {"properties": [{"name": DIGEST, "value": entry.digest}]}
    parts = [{"purl": "pkg:deb/debian/openssl@3.5.4-1"}]
    return json.dumps({"metadata": {"component": component}, "components": parts})


def signed(cosign: Cosign, lock: Lock, entries: Sequence[Entry] | None = None) -> list[str]:
    """Sign all of `lock`, or some; return what is said."""
    said: list[str] = []
    sign(cosign, KEY, lock, entries or list(lock.entries.values()), sbom_of, said.append)
    return [line.rpartition(": ")[2] for line in said]


def mistakes(
    cosign: Cosign, registry: MemoryRegistry, images: dict[str, Image], lock: Lock
) -> list[str]:
    """Return what is wrong with the release."""
    by_name = {image.name: image for image in images.values()}
    return verify.mistakes(cosign, registry, Path("public"), by_name, lock.entries.values())


def test_a_signed_release_has_no_mistakes(
    cosign: MemoryCosign, registry: MemoryRegistry, images: dict[str, Image], lock: Lock
) -> None:
    """Each image has one signature, one SBOM and one provenance, however often it is signed."""
    assert signed(cosign, lock) == ["signed"] * 3
    assert mistakes(cosign, registry, images, lock) == []
    assert signed(cosign, lock) == ["already signed"] * 3
    assert len(cosign.attached) == 6


def test_each_part_is_verified_by_itself(
    cosign: MemoryCosign, registry: MemoryRegistry, images: dict[str, Image], lock: Lock
) -> None:
    """An attestation is no signature, though cosign's `verify` is content with one."""
    signed(cosign, lock)
    install, standard, distroless = lock.entries.values()
    cosign.signed.remove(install.pinned)
    for entry, kind in ((standard, "cyclonedx"), (distroless, "slsaprovenance1")):
        cosign.attached = [each for each in cosign.attached if each[:2] != (entry.pinned, kind)]
    assert mistakes(cosign, registry, images, lock) == [
        "esperanto-2.0-install: no signature with this key",
        "esperanto-2.0: no SBOM that is signed with this key",
        "esperanto-2.0-distroless: no provenance that is signed with this key",
    ]
    assert signed(cosign, lock) == ["signed"] * 3
    assert mistakes(cosign, registry, images, lock) == []


def test_documents_of_another_image(
    cosign: MemoryCosign, registry: MemoryRegistry, images: dict[str, Image], lock: Lock
) -> None:
    """A signed document proves nothing of an image that it isn't about; signing mends it."""
    install, standard, _ = lock.entries.values()
    signed(cosign, lock)
    cosign.attached = [each for each in cosign.attached if each[0] != standard.pinned]
    others = [
        (standard.pinned, kind, text) for n, kind, text in cosign.attached if n == install.pinned
    ]
    cosign.attached += others
    assert mistakes(cosign, registry, images, lock) == [
        "esperanto-2.0: its SBOM is that of another image",
        "esperanto-2.0: its provenance is that of another image",
    ]
    signed(cosign, lock)
    assert mistakes(cosign, registry, images, lock) == []


def test_tags_that_point_elsewhere(
    cosign: MemoryCosign, registry: MemoryRegistry, images: dict[str, Image], lock: Lock
) -> None:
    """Each tag is looked at, floating ones too."""
    signed(cosign, lock)
    registry.manifests[f"{REPOSITORY}:2.0"] = "another"
    del registry.manifests[f"{REPOSITORY}:2.0.5.20261130-install"]
    found = mistakes(cosign, registry, images, lock)
    assert [line.partition(" points")[0] for line in found] == [
        "esperanto-2.0-install: `2.0.5.20261130-install`",
        "esperanto-2.0: `2.0`",
    ]


def test_packages_come_from_the_signed_sbom(cosign: MemoryCosign, lock: Lock) -> None:
    """For `diff`; an image without one is an error, not one without packages."""
    install, standard, _ = lock.entries.values()
    signed(cosign, lock, [standard])
    packages_of = packages.reader(cosign, Path("public"))
    assert packages_of(standard) == {"deb/debian/openssl": "3.5.4-1"}
    with pytest.raises(RegistryError, match="no SBOM"):
        packages_of(install)


def test_provenance_names_what_an_image_is_made_from(lock: Lock) -> None:
    """Source, base, packages; and what it has passed."""
    entry = lock.entries["esperanto-2.0"]
    document = json.loads(provenance.predicate(lock, entry, sbom_of(entry)))
    definition = document["buildDefinition"]
    assert definition["externalParameters"] == {"image": "esperanto-2.0", "revision": "abc"}
    assert definition["internalParameters"] == {"key": "k", "contract": "untested"}
    assert definition["resolvedDependencies"] == [
        {"uri": "git+https://example.org@abc", "digest": {"gitCommit": "abc"}},
        {"uri": "base", "digest": {"sha256": "0"}},
        {"uri": "pkg:deb/debian/openssl@3.5.4-1"},
    ]
