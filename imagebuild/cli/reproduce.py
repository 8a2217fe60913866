"""The command that builds an image twice."""

from imagebuild.cli import options
from imagebuild.cli.common import image_called, open_workspace, print_lines


def reproduce(
    name: options.ImageName,
    ca_bundle: options.Authorities = None,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Build an image twice and name the files that differ; nothing is tagged."""
    from imagebuild.reproduce import two_builds

    workspace = open_workspace(catalog_path, prefix, ca_bundle=ca_bundle)
    image = image_called(workspace.catalog, name)
    verdict = two_builds.reproduce(workspace, image)
    if error := two_builds.error(image, verdict):
        raise error
    print_lines([f"{name}: {verdict.digest}, twice"])
