"""The command that lists the parts of an image."""

from typing import Annotated

import typer

from imagebuild.cli import options
from imagebuild.cli.common import open_catalog, prefix_of, print_lines
from imagebuild.errors import UsageError, suggestion


def sbom(
    name: Annotated[
        str, typer.Argument(metavar="IMAGE", help="One image, as python-3.13-distroless.")
    ],
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Print the parts of an image in the engine as a CycloneDX document."""
    from imagebuild.engine import engine
    from imagebuild.functions import containers
    from imagebuild.process import Processes
    from imagebuild.sbom import inventory

    catalog = open_catalog(catalog_path)
    images = {image.name: image for image in catalog.images()}
    if name not in images:
        raise UsageError(f"there is no image called `{name}`", suggestion(name, images))
    host = engine.connect(Processes(), catalog.root).host
    client = containers.connect(host)
    text = inventory.sbom(client, host, catalog, images[name], prefix_of(catalog, prefix))
    print_lines([text.removesuffix("\n")])
