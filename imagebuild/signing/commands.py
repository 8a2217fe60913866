"""What `sign` and `verify-release` do with the lock's file."""

from collections.abc import Callable, Sequence
from pathlib import Path

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api, engine
from imagebuild.errors import RegistryError, UsageError
from imagebuild.functions import containers
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.release.lock import Entry
from imagebuild.release.registry import Registry
from imagebuild.sbom import inventory
from imagebuild.signing import sign as signing
from imagebuild.signing import verify as verifying
from imagebuild.signing.cosign import Cosign


def sign(
    catalog: Catalog,
    images: Sequence[Image],
    path: Path,
    key: Path,
    prefix: str,
    say: Callable[[str], None],
) -> None:
    """Sign those of `images` that the lock at `path` has; `prefix` is that of the engine's tags.

    Raises UsageError when the engine has another image than the lock: its SBOM can't be made.
    """
    published = lock.required(path)
    processes = Processes()
    host = engine.connect(processes, catalog.root).host
    client = containers.connect(host)
    by_name = {image.name: image for image in catalog.images()}

    def sbom_of(entry: Entry) -> str:
        image = by_name[entry.image]
        found = api.call(host, f"/images/{image.tag(prefix)}/json")
        if found is None or found["Id"] != entry.digest:
            raise UsageError(
                f"no SBOM can be made of `{entry.image}`: the engine has another than images.lock",
                "sign on the machine that has pushed, before it builds again",
            )
        return inventory.sbom(client, host, catalog, image, prefix)

    with interruptible():
        signing.sign(Cosign(processes), key, published, _chosen(published, images), sbom_of, say)


def verify(catalog: Catalog, images: Sequence[Image], path: Path, public: Path) -> list[str]:
    """Verify those of `images` that the lock at `path` has, and return their references.

    Raises RegistryError with all that is wrong.
    """
    published = lock.required(path)
    processes = Processes()
    entries = _chosen(published, images)
    by_name = {image.name: image for image in catalog.images()}
    wrong = verifying.mistakes(Cosign(processes), Registry(processes), public, by_name, entries)
    if wrong:
        raise RegistryError(
            "the release is not as images.lock says:\n" + "\n".join(wrong),
            "./build.py sign attaches what is missing; a tag that points elsewhere was moved",
        )
    return [entry.reference for entry in entries]


def _chosen(published: lock.Lock, images: Sequence[Image]) -> list[Entry]:
    names = {image.name for image in images}
    chosen = [entry for name, entry in published.entries.items() if name in names]
    if not chosen:
        raise UsageError("images.lock has none of these images", "`./build.py push` writes it")
    return chosen
