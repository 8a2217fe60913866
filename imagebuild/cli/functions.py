"""The commands that run functions: test, run, demo, bench."""

import enum
import sys
from pathlib import Path
from typing import Annotated

import typer

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.cli import options
from imagebuild.cli.common import choose, open_workspace, pairs, print_lines


class Connections(enum.StrEnum):
    """What a bench does with a connection after a request."""

    KEEP = "keep"
    CLOSE = "close"


def test(
    selectors: options.Selectors = None,
    clauses: Annotated[
        list[str] | None, typer.Option("--clause", help="Only the tests of this clause of SPEC.md.")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Test images again that passed unchanged.")
    ] = False,
    usual: Annotated[
        bool, typer.Option("--usual", help="Of these only what `usual_tests` in images.yaml names.")
    ] = False,
    junit: Annotated[
        Path | None,
        typer.Option(
            "--junit", dir_okay=False, help="Write the results as JUnit XML to this file."
        ),
    ] = None,
    arguments: Annotated[
        list[str] | None, typer.Option("--pytest", help="A further argument for pytest.")
    ] = None,
    changed_since: options.Changed = "",
    legacy: options.Legacy = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Run the contract suite of SPEC.md on the built images."""
    from imagebuild.catalog import selection
    from imagebuild.suite import suite

    workspace = open_workspace(catalog_path, prefix)
    images = choose(workspace.catalog, selectors, changed_since, legacy)
    suite.run(
        workspace,
        selection.usual(workspace.catalog, images) if usual else images,
        clauses=clauses or [],
        cache=not no_cache,
        junit=junit,
        arguments=arguments or [],
    )


def run(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The function.", exists=True, dir_okay=False)
    ],
    handler: Annotated[str, typer.Option("--handler", help="Its handler, as in FUNC_HANDLER.")],
    requirements: options.Requirements = None,
    image_name: options.RuntimeName = "",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0: a free one.")
    ] = 0,
    environment: options.Environment = None,
    ca_bundle: options.Authorities = None,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Run a function here: install, start, print the URL, follow the log, reload on change."""
    from imagebuild.catalog import selection
    from imagebuild.functions import run as runner

    workspace = open_workspace(catalog_path, prefix, jobs=options.DEFAULT_JOBS, ca_bundle=ca_bundle)
    runner.run(
        workspace,
        selection.runtime_of(workspace.catalog, image_name, file),
        runner.Source(file, handler, requirements),
        port=port,
        environment=pairs(environment or []),
    )


def demo(
    image_name: options.Runtime = "",
    jobs: options.Jobs = options.DEFAULT_JOBS,
    ca_bundle: options.Authorities = None,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Build a runtime and call the examples of its language."""
    from imagebuild.functions import demo as demonstration

    workspace = open_workspace(catalog_path, prefix, jobs=jobs, ca_bundle=ca_bundle)
    demonstration.run(workspace, _runtime(workspace.catalog, image_name))


def bench(
    image_name: options.Runtime = "",
    seconds: Annotated[
        int, typer.Option("--seconds", min=1, help="Length of each measurement.")
    ] = 5,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, help="How often each server is measured.")
    ] = 3,
    before: Annotated[
        str,
        typer.Option(
            "--before", metavar="IMAGE", help="The same image as it was, to be measured beside it."
        ),
    ] = "",
    peers: Annotated[
        bool, typer.Option(help="Measure the bare framework and functions-framework too.")
    ] = True,
    connections: Annotated[
        Connections,
        typer.Option("--connections", help="Keep connections, or close each after one request."),
    ] = Connections.KEEP,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FOLDER", file_okay=False, help="For the JSON and the chart."
        ),
    ] = None,
    jobs: options.Jobs = options.DEFAULT_JOBS,
    ca_bundle: options.Authorities = None,
    as_json: options.Json = False,
    prefix: options.Prefix = "",
    catalog_path: options.CatalogPath = options.DEFAULT_CATALOG,
) -> None:
    """Measure a runtime beside the bare framework and functions-framework, in one run.

    README shows the figures in docs/bench; those of a run with other servers or loads go to
    .build/bench.
    """
    from imagebuild.bench import report, result
    from imagebuild.bench import run as benchmark

    workspace = open_workspace(catalog_path, prefix, jobs=jobs, ca_bundle=ca_bundle)
    close = connections is Connections.CLOSE
    measured = benchmark.run(
        workspace,
        _runtime(workspace.catalog, image_name),
        benchmark.Options(seconds, rounds, before, peers, close),
        output,
    )
    if as_json:
        sys.stdout.write(result.to_json(measured))
    else:
        print_lines(report.text(measured))


def _runtime(catalog: Catalog, name: str) -> Image:
    """Return the runtime image called `name`, or the default one of the first language."""
    from imagebuild.catalog import selection

    return selection.runtime_of(catalog, name or next(iter(catalog.languages), ""), None)
