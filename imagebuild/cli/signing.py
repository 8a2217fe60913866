"""The commands that sign a release and verify it."""

from pathlib import Path
from typing import Annotated

import typer

from imagebuild.cli import options
from imagebuild.cli.common import choose, lock_of, open_catalog, prefix_of, print_lines, say


def _key(help_text: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = typer.Option(
        "--key", metavar="FILE", exists=True, dir_okay=False, help=help_text
    )
    return found


def sign(
    key: Annotated[Path, _key("cosign's private key; its password is in COSIGN_PASSWORD.")],
    selectors: options.Selectors = None,
    lock_path: options.LockPath = None,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Attach signature, SBOM and provenance to the images in images.lock."""
    from imagebuild.signing import commands

    catalog = open_catalog(catalog_path)
    path = lock_of(catalog_path, lock_path)
    chosen = choose(catalog, selectors, "", legacy=True)
    commands.sign(catalog, chosen, path, key, prefix_of(catalog, prefix), say)


def verify_release(
    key: Annotated[Path, _key("cosign's public key.")],
    selectors: options.Selectors = None,
    lock_path: options.LockPath = None,
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Verify tags, digests, signatures, SBOMs and provenance of the images in images.lock."""
    from imagebuild.signing import commands

    catalog = open_catalog(catalog_path)
    path = lock_of(catalog_path, lock_path)
    chosen = choose(catalog, selectors, "", legacy=True)
    print_lines(f"verified {line}" for line in commands.verify(catalog, chosen, path, key))
