"""The parts of published images, from their signed SBOMs."""

from pathlib import Path

from imagebuild.errors import RegistryError
from imagebuild.release.lock import Entry
from imagebuild.release.lock_diff import PackagesOf
from imagebuild.sbom import document
from imagebuild.signing import verify
from imagebuild.signing.cosign import Cosign


def reader(cosign: Cosign, public: Path) -> PackagesOf:
    """Return a function that reads an image's parts from the SBOM signed with the key `public`.

    It raises RegistryError for an image without one.
    """

    def packages_of(entry: Entry) -> dict[str, str]:
        for predicate in cosign.predicates(public, entry.pinned, "cyclonedx"):
            if verify.fits("cyclonedx", predicate, entry):
                return document.versions(predicate)
        raise RegistryError(
            f"`{entry.reference}` has no SBOM that is signed with this key",
            "./build.py sign attaches one; without --key, `diff` leaves packages out",
        )

    return packages_of
