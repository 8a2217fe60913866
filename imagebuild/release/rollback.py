"""Returns to images that were published before: their tags, and their lines of the lock."""

from collections.abc import Sequence

from imagebuild.catalog.catalog import Image
from imagebuild.errors import UsageError
from imagebuild.release import floating
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.registry import Registry


def rollback(
    registry: Registry,
    versions: Sequence[Sequence[Image]],
    present: Lock,
    earlier: Lock,
    *,
    move_foreign: bool = False,
) -> tuple[list[Entry], list[str]]:
    """Return the entries that `earlier` has of `versions`, and the floating tags that were moved.

    No tag moves unless all of a version's images are still in the registry. Raises UsageError when
    `earlier` lacks one, or has another prefix, RegistryError as `floating.move` does.
    """
    entries: list[Entry] = []
    moved: list[str] = []
    if earlier.prefix != present.prefix:
        raise UsageError(
            f"that lock is of `{earlier.prefix}`, the present one of `{present.prefix}`",
            "name a commit with the same prefix, or publish there with `./build.py push`",
        )
    for images in versions:
        for image in images:
            if image.name not in earlier.entries:
                raise UsageError(
                    f"that lock has no `{image.name}`", "name a commit that has it published"
                )
        version = [(image, earlier.entries[image.name]) for image in images]
        moved += floating.move(registry, version, present, move_foreign=move_foreign)
        entries += [entry for _, entry in version]
    return entries, moved
