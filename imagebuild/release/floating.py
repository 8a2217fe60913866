"""Moves floating tags, such as `3.13-distroless`, to images that are all there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError
from imagebuild.release import tags
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.registry import Registry

MOVE_FOREIGN = "--move-foreign-tags"


@dataclass(frozen=True)
class Move:
    """A floating tag (a whole reference), the digest it points to now, and its new entry."""

    reference: str
    current: str | None
    entry: Entry


def move(
    registry: Registry,
    images: Sequence[tuple[Image, Entry]],
    lock: Lock,
    *,
    move_foreign: bool = False,
) -> list[str]:
    """Let the floating tags of `images` point to their entries; return those that were moved.

    Nothing moves unless all images are there, and all tags point where `lock` (the state before)
    says that they do: one that somebody else has moved is an error unless `move_foreign`.
    Raises RegistryError.
    """
    for _, entry in images:
        _check(registry, f"{entry.repository}:{entry.tag}", entry.digest)
    moves = [move for image, entry in images for move in _moves(registry, image, entry)]
    for each in moves:
        known = lock.entries.get(each.entry.image)
        foreign = each.current not in (None, each.entry.digest, known.digest if known else None)
        if foreign and not move_foreign:
            raise RegistryError(
                f"`{each.reference}` was moved by somebody else: found `{each.current}`, and "
                + (f"images.lock has `{known.digest}`" if known else "images.lock doesn't know it"),
                "no floating tag was moved; take over what is there with `./build.py pin`, "
                f"or push again with {MOVE_FOREIGN}",
            )
    moved = []
    for each in moves:
        if each.current != each.entry.digest:
            registry.copy(each.entry.pinned, each.reference)
            _check(registry, each.reference, each.entry.digest)
            moved.append(each.reference)
    return moved


def _moves(registry: Registry, image: Image, entry: Entry) -> Iterator[Move]:
    parsed = tags.parse(image, entry.tag)
    for tag in tags.floating(image, parsed.found if parsed else image.version):
        reference = f"{entry.repository}:{tag}"
        yield Move(reference, registry.digest(reference), entry)


def _check(registry: Registry, reference: str, digest: str) -> None:
    found = registry.digest(reference)
    if found != digest:
        raise RegistryError(
            f"`{reference}` does not hold what was written: found `{found}`, not `{digest}`",
            "somebody else publishes at the same time: agree on one, then run it again",
        )
