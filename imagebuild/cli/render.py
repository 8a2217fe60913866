"""The command that writes what clusters are told of published images."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from imagebuild.catalog.catalog import Catalog
from imagebuild.cli import options
from imagebuild.cli.common import lock_of, open_catalog, pairs, prefix_of, print_lines
from imagebuild.errors import UsageError
from imagebuild.render.pins import Pins


class Target(enum.StrEnum):
    """Who reads the output."""

    KUBELESS = "kubeless"
    MANIFESTS = "manifests"
    KUSTOMIZE = "kustomize"
    KNATIVE = "knative"


def render(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            exists=True,
            dir_okay=False,
            help="The function, for manifests and knative.",
        ),
    ] = None,
    target: Annotated[Target, typer.Option("--target", help="Who reads it.")] = Target.KUBELESS,
    handler: Annotated[str, typer.Option("--handler", help="The function's handler.")] = "",
    requirements: options.Requirements = None,
    image_name: options.RuntimeName = "",
    environment: options.Environment = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Kubeless' present ConfigMap, whose other entries stay.",
        ),
    ] = None,
    lock_path: options.LockPath = None,
    prefix: Annotated[
        str, typer.Option("--prefix", help="A mirror's prefix, instead of the lock's.")
    ] = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Write what a cluster is told of the images in images.lock, by digest."""
    from imagebuild.release import lock

    catalog = open_catalog(catalog_path)
    path = lock_of(catalog_path, lock_path)
    pins = Pins(lock.required(path), prefix_of(catalog, prefix) if prefix else "")
    if target is Target.KUBELESS:
        from imagebuild.render import config_map, kubeless

        present = config_map.runtime_images(config) if config else ""
        text = kubeless.patch(catalog, pins, present)
    elif target is Target.KUSTOMIZE:
        from imagebuild.render import kustomize

        text = kustomize.component(catalog, pins)
    else:
        settings = pairs(environment or [])
        text = _of_function(
            catalog, pins, target, file, handler, requirements, image_name, settings
        )
    print_lines([text.removesuffix("\n")])


def _of_function(
    catalog: Catalog,
    pins: Pins,
    target: Target,
    file: Path | None,
    handler: str,
    requirements: Path | None,
    image_name: str,
    settings: dict[str, str],
) -> str:
    from imagebuild.catalog import selection
    from imagebuild.render import function, knative, manifests

    if file is None or not handler:
        raise UsageError(
            f"the target `{target}` needs a function",
            f"./build.py render --target {target} hello.py --handler handler",
        )
    image = selection.runtime_of(catalog, image_name, file)
    read = function.read(image, file, handler, requirements, settings)
    write = manifests.manifests if target is Target.MANIFESTS else knative.service
    return write(read, pins)
