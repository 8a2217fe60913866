"""The commands about images: list, plan, build, generate, schema, engine."""

import sys

from imagebuild.cli import options
from imagebuild.cli.common import (
    choose,
    open_catalog,
    open_workspace,
    prefix_of,
    print_json,
    print_lines,
    today,
)
from imagebuild.errors import UsageError


def list_images(
    selectors: options.Selectors = None,
    changed_since: options.Changed = "",
    legacy: options.Legacy = False,
    as_json: options.Json = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """List the images; with --json, as a matrix for GitHub Actions (legacy ones on request)."""
    from imagebuild.cli import image_list

    catalog = open_catalog(catalog_path, warn=True)
    chosen = choose(catalog, selectors, changed_since, legacy or not as_json)
    rows = image_list.rows(chosen, prefix=prefix_of(catalog, prefix), today=today())
    if as_json:
        print_json(image_list.matrix(rows))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(image_list.table(rows))
    else:
        print_lines(image_list.lines(rows))


def plan(
    selectors: options.Selectors = None,
    changed_since: options.Changed = "",
    legacy: options.Legacy = False,
    force: options.Force = False,
    as_json: options.Json = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Show what build would do, in its order, and why."""
    from imagebuild.build import build as builder

    workspace = open_workspace(catalog_path, prefix)
    chosen = choose(workspace.catalog, selectors, changed_since, legacy)
    steps = builder.plan_steps(workspace, chosen, force=force)
    if as_json:
        print_json([step.as_json() for step in steps])
    else:
        print_lines(f"{step.action:5}  {step.tag}  ({step.reason})" for step in steps)


def build(
    selectors: options.Selectors = None,
    changed_since: options.Changed = "",
    legacy: options.Legacy = False,
    force: options.Force = False,
    jobs: options.Jobs = options.DEFAULT_JOBS,
    ca_bundle: options.Authorities = None,
    as_json: options.Json = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Build the images that changed; starts an engine if none answers."""
    from imagebuild.build import build as builder

    workspace = open_workspace(catalog_path, prefix, jobs=jobs, ca_bundle=ca_bundle)
    chosen = choose(workspace.catalog, selectors, changed_since, legacy)
    built = builder.build(workspace, builder.plan_steps(workspace, chosen, force=force))
    if as_json:
        print_json(built)


def generate(
    check: options.Check = False,
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Write what is generated from the catalog: images.schema.json and the tables of README."""
    from imagebuild.cli import outdated_files

    catalog = open_catalog(catalog_path)
    stale = outdated_files.stale(catalog, None if check else today())
    if check and stale:
        names = ", ".join(f"`{path.name}`" for path in stale)
        raise UsageError(f"out of date: {names}", "run ./build.py generate and commit the result")
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
        print_lines([f"wrote {path.name}"])


def schema() -> None:
    """Print the JSON schema of images.yaml, which images.schema.json holds."""
    from imagebuild.catalog import schema as schemas

    sys.stdout.write(schemas.render())


def engine(
    as_json: options.Json = False,
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Print the DOCKER_HOST of the engine that is used, having started it if none answers."""
    from imagebuild.engine import engine as engines
    from imagebuild.process import Processes

    found = engines.connect(Processes(), catalog_path.absolute().parent)
    if as_json:
        print_json({"DOCKER_HOST": found.host})
    else:
        print_lines([found.host])
