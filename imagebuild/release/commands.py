"""What `pin`, `diff` and `rollback` do with the lock's file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from imagebuild import cache_folder
from imagebuild.build import build_record, source_revision
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.release import candidates, lock, lock_diff, lock_history
from imagebuild.release import pin as pinning
from imagebuild.release import rollback as returning
from imagebuild.release.lock import Entry
from imagebuild.release.lock_diff import PackagesOf
from imagebuild.release.registry import Registry, check_prefix

Say = Callable[[str], None]


def pin(catalog: Catalog, images: Sequence[Image], path: Path, to: str, say: Say) -> list[Entry]:
    """Write what is published of `images` into the lock at `path` and return these entries.

    `to` is the prefix; the lock's own when empty. Entries of another prefix are dropped.
    """
    processes = Processes()
    with interruptible(), cache_folder.locked(build_record.folder(catalog.root) / "publish.lock"):
        present = lock.read(path)
        target = to or present.prefix or catalog.prefix
        check_prefix(target)
        if present.prefix != target:
            present = lock.Lock(prefix=target)
        revision = source_revision.find(catalog.root, processes, say).revision
        present = replace(present, source=catalog.source, revision=revision)
        entries = pinning.pin(Registry(processes), images, present, say)
        lock.update(path, present.with_entries(entries))
    return entries


def diff(
    path: Path,
    from_revision: str,
    to_revision: str,
    packages_of: PackagesOf = lock_diff.no_packages,
) -> list[str]:
    """Return the changelog from the lock of one commit to that of another, or to the file."""
    processes = Processes()
    old = lock_history.at(path, from_revision, processes)
    new = lock_history.at(path, to_revision, processes) if to_revision else lock.read(path)
    return list(lock_diff.lines(old, new, packages_of))


def rollback(
    catalog: Catalog,
    images: Sequence[Image] | None,
    path: Path,
    revision: str,
    say: Say,
    *,
    move_foreign: bool = False,
) -> list[Entry]:
    """Return the versions of `images`, by default all that differ, to the lock of `revision`.

    An empty `revision` means the state before the present one. Returns the entries that hold now.
    """
    processes = Processes()
    with interruptible(), cache_folder.locked(build_record.folder(catalog.root) / "publish.lock"):
        present = lock.required(path)
        wanted = revision or lock_history.previous(path, processes)
        earlier = lock_history.at(path, wanted, processes)
        if images is None:
            images = _changed(catalog, present, earlier)
        versions = candidates.versions_of(catalog, images)
        entries, moved = returning.rollback(
            Registry(processes), versions, present, earlier, move_foreign=move_foreign
        )
        for reference in moved:
            say(f"{reference}: moved")
        lock.update(path, present.with_entries(entries))
    return entries


def _changed(catalog: Catalog, present: lock.Lock, earlier: lock.Lock) -> list[Image]:
    """Return the images that both locks have, with different digests."""
    return [
        image
        for image in catalog.images()
        if image.name in present.entries
        and image.name in earlier.entries
        and present.entries[image.name].digest != earlier.entries[image.name].digest
    ]
