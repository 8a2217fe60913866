"""The commands about published images."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagebuild.cli import options
from imagebuild.cli.common import (
    choose,
    lock_of,
    open_catalog,
    prefix_of,
    print_json,
    print_lines,
    say,
)

if TYPE_CHECKING:
    from imagebuild.release.lock_diff import PackagesOf

To = Annotated[
    str,
    typer.Option(
        "--to", metavar="PREFIX", help="Registry and path to publish below; else the prefix."
    ),
]
Build = Annotated[
    str,
    typer.Option(
        "--build",
        metavar="DAY[.NUMBER]",
        show_default="today",
        help="The build in new immutable tags.",
    ),
]
Untested = Annotated[
    bool,
    typer.Option(
        "--publish-untested", help="Publish what has not passed the contract; the lock says so."
    ),
]
MoveForeign = Annotated[
    bool,
    typer.Option("--move-foreign-tags", help="Move floating tags that somebody else has moved."),
]


FromRevision = Annotated[
    str, typer.Option("--from-revision", metavar="COMMIT", help="The commit to compare with.")
]
PackagesKey = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="cosign's public key: packages too, from SBOMs that are signed with it.",
    ),
]
ToRevision = Annotated[
    str,
    typer.Option(
        "--to-revision",
        metavar="COMMIT",
        help="The commit whose lock is meant, instead of the file (diff) or the one before.",
    ),
]


def push(
    selectors: options.Selectors = None,
    to: To = "",
    lock_path: options.LockPath = None,
    build: Build = "",
    untested: Untested = False,
    move_foreign: MoveForeign = False,
    legacy: options.Legacy = False,
    as_json: options.Json = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Publish whole versions that have passed the contract, and write images.lock."""
    from imagebuild.release import push as pushing

    catalog = open_catalog(catalog_path)
    local = prefix_of(catalog, prefix)
    wanted = pushing.Options(
        prefix=local,
        to=prefix_of(catalog, to) if to else local,
        path=lock_of(catalog_path, lock_path),
        build=build,
        untested=untested,
        move_foreign=move_foreign,
    )
    chosen = choose(catalog, selectors, "", legacy)
    entries = pushing.push(catalog, chosen, wanted, say)
    if as_json:
        print_json([{"image": e.image, "reference": e.reference, **e.facts} for e in entries])
    else:
        print_lines(entry.reference for entry in entries)


def pin(
    selectors: options.Selectors = None,
    to: To = "",
    lock_path: options.LockPath = None,
    legacy: options.Legacy = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Write what the registry's floating tags point to into images.lock."""
    from imagebuild.release import commands

    catalog = open_catalog(catalog_path)
    path = lock_of(catalog_path, lock_path)
    chosen = choose(catalog, selectors, "", legacy)
    target = prefix_of(catalog, to or prefix) if to or prefix else ""
    print_lines(entry.reference for entry in commands.pin(catalog, chosen, path, target, say))


def diff(
    from_revision: FromRevision = "HEAD",
    to_revision: ToRevision = "",
    key: PackagesKey = None,
    lock_path: options.LockPath = None,
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Print what has changed in images.lock since a commit, as a changelog."""
    from imagebuild.release import commands, lock_diff

    path = lock_of(catalog_path, lock_path)
    packages_of = _signed_packages(key) if key else lock_diff.no_packages
    print_lines(commands.diff(path, from_revision, to_revision, packages_of))


def rollback(
    selectors: options.Selectors = None,
    to_revision: ToRevision = "",
    lock_path: options.LockPath = None,
    move_foreign: MoveForeign = False,
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Return whole versions to an earlier images.lock: their floating tags and their lines."""
    from imagebuild.release import commands

    catalog = open_catalog(catalog_path)
    path = lock_of(catalog_path, lock_path)
    chosen = choose(catalog, selectors, "", legacy=True) if selectors else None
    entries = commands.rollback(catalog, chosen, path, to_revision, say, move_foreign=move_foreign)
    print_lines(entry.reference for entry in entries)


def _signed_packages(key: Path) -> "PackagesOf":
    from imagebuild.process import Processes
    from imagebuild.signing import cosign, packages

    return packages.reader(cosign.Cosign(Processes()), key)
