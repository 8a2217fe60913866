"""The command that builds an image twice."""

from typing import Annotated

import typer

from imagebuild.cli import options
from imagebuild.cli.common import open_workspace, print_lines
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

    workspace = open_workspace(catalog_path, prefix, ca_bundle=ca_bundle)
    images = {image.name: image for image in workspace.catalog.images()}
    if name not in images:
        raise UsageError(f"there is no image called `{name}`", suggestion(name, images))
    verdict = two_builds.reproduce(workspace, images[name])
    if error := two_builds.error(images[name], verdict):
        raise error
    print_lines([f"{name}: {verdict.digest}, twice"])
