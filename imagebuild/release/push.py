"""What `push` does: collects what may be published, publishes it, writes the lock."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imagebuild import cache_folder
from imagebuild.build import build_record, source_revision
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import engine
from imagebuild.errors import UsageError
from imagebuild.functions import containers
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.release import candidates, lock
from imagebuild.release.publish import Publisher
from imagebuild.release.registry import Registry, check_prefix


@dataclass(frozen=True)
class Options:
    """How to push: the prefix of the engine's tags, the one to publish below, the lock's file.

    `build` is that part of new immutable tags, today when empty; `untested` publishes what has
    not passed the contract, `move_foreign` moves floating tags that somebody else has moved.
    """

    prefix: str
    to: str
    path: Path
    build: str = ""
    untested: bool = False
    move_foreign: bool = False


def push(
    catalog: Catalog, images: Sequence[Image], options: Options, say: Callable[[str], None]
) -> list[lock.Entry]:
    """Publish the versions that `images` belong to and return their entries, as the lock has them.

    The lock is written after each version. Raises UsageError, RegistryError, EngineError.
    """
    check_prefix(options.to)
    processes = Processes()
    registry = Registry(processes)
    host = engine.connect(processes, catalog.root).host
    work = build_record.folder(catalog.root)
    client = containers.connect(host)
    build = options.build or f"{datetime.datetime.now(datetime.UTC):%Y%m%d}"
    published: list[lock.Entry] = []
    with interruptible(), cache_folder.locked(work / "publish.lock"):
        before = _lock(catalog, options, processes, say)
        versions = candidates.versions_of(catalog, images)
        found = candidates.collect(
            client, catalog, versions, prefix=options.prefix, host=host, untested=options.untested
        )
        publisher = Publisher(registry, host, options.to, build, work, say)
        for version in found:
            entries = publisher.publish(version, before, move_foreign=options.move_foreign)
            before = before.with_entries(entries)
            lock.update(options.path, before)
            published += entries
    return published


def _lock(
    catalog: Catalog, options: Options, processes: Processes, say: Callable[[str], None]
) -> lock.Lock:
    """Return the lock as it is, with today's source. Raises UsageError for another prefix's."""
    found = lock.read(options.path)
    if found.entries and found.prefix != options.to:
        raise UsageError(
            f"`{options.path.name}` is the lock of `{found.prefix}`, not of `{options.to}`",
            "name another file with --lock; a mirror needs none: `./build.py render --prefix`",
        )
    revision = source_revision.find(catalog.root, processes, say).revision
    return replace(found, prefix=options.to, source=catalog.source, revision=revision)
