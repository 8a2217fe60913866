"""Writes down what the floating tags of a registry point to: the lock from the registry's state."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from imagebuild.build import labels
from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError
from imagebuild.release import sizes, tags
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.registry import Registry

UNKNOWN = "unknown"


def pin(
    registry: Registry, images: Iterable[Image], lock: Lock, say: Callable[[str], None]
) -> list[Entry]:
    """Return an entry for each of `images` that is published below the prefix of `lock`.

    What `lock` says of the same digest is kept, since the registry doesn't know of the contract.
    `say` is told what isn't published. Raises RegistryError when a floating tag points to an
    image without an immutable tag, or nothing is published.
    """
    listings: dict[str, list[str]] = {}
    entries = []
    for image in images:
        repository = f"{lock.prefix}/{image.language}"
        if repository not in listings:
            listings[repository] = registry.tags(repository)
        reference = f"{repository}:{image.version}{image.suffix}"
        digest = registry.digest(reference)
        if digest is None:
            say(f"{reference}: not published")
            continue
        entries.append(_entry(registry, image, repository, digest, listings[repository], lock))
    if not entries:
        raise RegistryError(
            f"nothing of this is published below `{lock.prefix}`",
            "publish it with `./build.py push`, or name another prefix with `--to`",
        )
    return entries


def _entry(
    registry: Registry,
    image: Image,
    repository: str,
    digest: str,
    listing: list[str],
    lock: Lock,
) -> Entry:
    known = lock.entries.get(image.name)
    if known and known.digest == digest and known.repository == repository:
        return known
    for each in tags.newest_first(image, listing):
        if registry.digest(f"{repository}:{each.tag}") == digest:
            facts = _facts(registry, f"{repository}@{digest}", each.found)
            return Entry(image.name, repository, each.tag, digest, facts)
    raise RegistryError(
        f"`{repository}:{image.version}{image.suffix}` points to `{digest}`, which has no "
        "immutable tag",
        "publish the version with `./build.py push`: it gives each image one",
    )


def _facts(registry: Registry, reference: str, found: str) -> dict[str, str]:
    config: dict[str, Any] = json.loads(registry.config(reference) or "{}")
    own = config.get("config", {}).get("Labels") or {}
    return {
        "version": found,
        "contract": UNKNOWN,
        "suite": UNKNOWN,
        "key": own.get(labels.KEY, UNKNOWN),
        "base": own.get(labels.BASE_DIGEST, UNKNOWN),
        "revision": own.get(labels.REVISION, UNKNOWN),
        "platforms": f"{config.get('os', UNKNOWN)}/{config.get('architecture', UNKNOWN)}",
        "size": str(sizes.compressed(registry, reference)),
    }
