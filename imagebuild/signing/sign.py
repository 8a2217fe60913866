"""Attaches signature, SBOM and provenance to published images, each once."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from imagebuild.release.lock import Entry, Lock
from imagebuild.signing import provenance, verify
from imagebuild.signing.cosign import SIGNATURE, TYPES, Cosign


def sign(
    cosign: Cosign,
    key: Path,
    lock: Lock,
    entries: Iterable[Entry],
    sbom_of: Callable[[Entry], str],
    say: Callable[[str], None],
) -> None:
    """Sign `entries` of `lock` with the private `key`.

    What is there already stays, so a run that broke off is simply run again. `sbom_of` makes the
    SBOM of an image that has none yet. Raises RegistryError, and what `sbom_of` raises.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        public = folder / "cosign.pub"
        public.write_text(cosign.public_key(key), encoding="utf-8")
        for entry in entries:
            missing = [kind for kind in TYPES if not _has(cosign, public, entry, kind)]
            if missing:
                sbom = sbom_of(entry)
                texts = {
                    "cyclonedx": sbom,
                    "slsaprovenance1": provenance.predicate(lock, entry, sbom),
                }
                for kind in missing:
                    (folder / kind).write_text(texts[kind], encoding="utf-8")
                    cosign.attest(key, entry.pinned, kind, folder / kind)
            signed = SIGNATURE in cosign.signed_types(public, entry.pinned)
            if not signed:
                cosign.sign(key, entry.pinned)
            done = signed and not missing
            say(f"{entry.repository}:{entry.tag}: {'already signed' if done else 'signed'}")


def _has(cosign: Cosign, public: Path, entry: Entry, kind: str) -> bool:
    """Whether a document of the type `kind` about this image is attached and signed."""
    found = cosign.predicates(public, entry.pinned, kind)
    return any(verify.fits(kind, each, entry) for each in found)
