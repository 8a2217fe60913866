"""The command that lists the parts of an image."""

from imagebuild.cli import options
from imagebuild.cli.common import image_called, open_catalog, prefix_of, print_lines


def sbom(
    name: options.ImageName,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Print the parts of an image in the engine as a CycloneDX document."""
    from imagebuild.engine import engine
    from imagebuild.functions import containers
    from imagebuild.process import Processes
    from imagebuild.sbom import inventory

    catalog = open_catalog(catalog_path)
    image = image_called(catalog, name)
    host = engine.connect(Processes(), catalog.root).host
    client = containers.connect(host)
    text = inventory.sbom(client, host, catalog, image, prefix_of(catalog, prefix))
    print_lines([text.removesuffix("\n")])
