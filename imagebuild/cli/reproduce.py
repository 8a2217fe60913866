"""The command that builds an image twice."""

import sys
from typing import Annotated

import typer

from imagebuild.cli import options
from imagebuild.cli.common import open_catalog, prefix_of, print_lines
from imagebuild.errors import UsageError, suggestion


def reproduce(
    name: Annotated[
        str, typer.Argument(metavar="IMAGE", help="One image, as python-3.13-distroless.")
    ],
    ca_bundle: options.Authorities = None,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Build an image twice and name the files that differ; nothing is tagged."""
    from imagebuild.reproduce import two_builds

    catalog = open_catalog(catalog_path)
    images = {image.name: image for image in catalog.images()}
    if name not in images:
        raise UsageError(f"there is no image called `{name}`", suggestion(name, images))
    verdict = two_builds.reproduce(
        catalog,
        images[name],
        prefix=prefix_of(catalog, prefix),
        ca_bundle=ca_bundle,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    if error := two_builds.error(images[name], verdict):
        raise error
    print_lines([f"{name}: {verdict.digest}, twice"])
