"""The command line. Thin: each command imports the module that does its work, and prints.

What the other modules give (each raises ImageBuildError; progress goes to stderr):

- build.plan_steps(catalog, images, prefix=, force=) -> list[plan.Step]
- build.build(catalog, steps, prefix=, jobs=, ca_bundle=) -> list[dict[str, object]] (`--json`)
- run.run(catalog, image, run.Function(...), prefix=, port=, environment=, ca_bundle=) -> None
- suite.run(catalog, images, prefix=, clauses=, cache=, junit=, arguments=) -> None
- bench.run(catalog, image, prefix=, seconds=, output=) -> dict[str, object] (`--json`)
- engine.connect(processes, checkout) -> engine.Engine
"""

import datetime
import errno
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from imagebuild.catalog import Catalog, Image, load
from imagebuild.errors import DiskFullError, ImageBuildError, UsageError

INTERRUPTED = 130
ROOT = Path(__file__).resolve().parent.parent

app = typer.Typer(
    help="Builds, tests and runs the function-runtime images that images.yaml lists.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

CatalogOption = Annotated[
    Path, typer.Option("--catalog", help="The catalog; its folder is the repository's root.")
]
PrefixOption = Annotated[
    str, typer.Option("--prefix", help="First part of the tags, instead of the catalog's.")
]
Selectors = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SELECTOR]...",
        help="python, python-3.13 or python-3.13-distroless; without any, all images.",
    ),
]
LegacyOption = Annotated[
    bool, typer.Option("--legacy", help="Versions past their end of life too.")
]
ChangedOption = Annotated[
    str,
    typer.Option(
        "--changed-since", metavar="REF", help="Only images whose inputs differ from this commit."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]
JobsOption = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="How much is done at the same time.")
]
AuthoritiesOption = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        exists=True,
        dir_okay=False,
        help="Authorities that package clients trust (default: this machine's).",
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Build what is unchanged too, with an empty cache.")
]
DEFAULT_CATALOG = ROOT / "images.yaml"
DEFAULT_JOBS = os.cpu_count() or 1


@app.command("list")
def list_images(
    selectors: Selectors = None,
    changed_since: ChangedOption = "",
    legacy: LegacyOption = False,
    as_json: JsonOption = False,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """List the images; with --json, as a matrix for GitHub Actions (legacy ones on request)."""
    from imagebuild import listing

    catalog = _load(catalog_path, warn=True)
    chosen = _select(catalog, selectors, changed_since, legacy or not as_json)
    rows = listing.rows(chosen, prefix=prefix or catalog.prefix, today=_today())
    if as_json:
        _print_json(listing.matrix(rows))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(listing.table(rows))
    else:
        _print(listing.lines(rows))


@app.command()
def plan(
    selectors: Selectors = None,
    changed_since: ChangedOption = "",
    legacy: LegacyOption = False,
    force: ForceOption = False,
    as_json: JsonOption = False,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Show what build would do, in its order, and why."""
    from imagebuild import build as builder

    catalog = _load(catalog_path, warn=True)
    chosen = _select(catalog, selectors, changed_since, legacy)
    steps = builder.plan_steps(catalog, chosen, prefix=prefix or catalog.prefix, force=force)
    if as_json:
        _print_json([step.as_json() for step in steps])
    else:
        _print(f"{step.action:5}  {step.tag}  ({step.reason})" for step in steps)


@app.command()
def build(
    selectors: Selectors = None,
    changed_since: ChangedOption = "",
    legacy: LegacyOption = False,
    force: ForceOption = False,
    jobs: JobsOption = DEFAULT_JOBS,
    ca_bundle: AuthoritiesOption = None,
    as_json: JsonOption = False,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Build the images that changed; starts an engine if none answers."""
    from imagebuild import build as builder

    catalog = _load(catalog_path)
    prefix = prefix or catalog.prefix
    chosen = _select(catalog, selectors, changed_since, legacy)
    steps = builder.plan_steps(catalog, chosen, prefix=prefix, force=force)
    built = builder.build(catalog, steps, prefix=prefix, jobs=jobs, ca_bundle=ca_bundle)
    if as_json:
        _print_json(built)


@app.command()
def test(
    selectors: Selectors = None,
    clauses: Annotated[
        list[str] | None, typer.Option("--clause", help="Only the tests of this clause of SPEC.md.")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Test images again that passed unchanged.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the results as JUnit XML to this file.")
    ] = None,
    arguments: Annotated[
        list[str] | None, typer.Option("--pytest", help="A further argument for pytest.")
    ] = None,
    changed_since: ChangedOption = "",
    legacy: LegacyOption = False,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Run the contract suite of SPEC.md on the built images."""
    from imagebuild import suite

    catalog = _load(catalog_path)
    suite.run(
        catalog,
        _select(catalog, selectors, changed_since, legacy),
        prefix=prefix or catalog.prefix,
        clauses=clauses or [],
        cache=not no_cache,
        junit=junit,
        arguments=arguments or [],
    )


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="The function.", exists=True, dir_okay=False)],
    handler: Annotated[str, typer.Option("--handler", help="Its handler, as in FUNC_HANDLER.")],
    requirements: Annotated[
        Path | None,
        typer.Option("--requirements", help="Its manifest of dependencies.", exists=True),
    ] = None,
    image_name: Annotated[
        str, typer.Option("--image", help="The runtime (default: by the file's suffix).")
    ] = "",
    port: Annotated[int, typer.Option("--port", help="Port on this machine; 0: a free one.")] = 0,
    environment: Annotated[
        list[str] | None, typer.Option("--env", "-e", metavar="NAME=VALUE", help="A setting.")
    ] = None,
    ca_bundle: AuthoritiesOption = None,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Run a function here: install, start, print the URL, follow the log, reload on change."""
    from imagebuild import run as runner
    from imagebuild import selection

    catalog = _load(catalog_path)
    runner.run(
        catalog,
        selection.runtime_of(catalog, image_name, file),
        runner.Function(file, handler, requirements),
        prefix=prefix or catalog.prefix,
        port=port,
        environment=_pairs(environment or []),
        ca_bundle=ca_bundle,
    )


@app.command()
def bench(
    image_name: Annotated[
        str, typer.Argument(metavar="[SELECTOR]", help="The image that is measured.")
    ] = "python-3.13",
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.5, help="Length of each measurement.")
    ] = 5.0,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder for the JSON and the chart.")
    ] = None,
    as_json: JsonOption = False,
    prefix: PrefixOption = "",
    catalog_path: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Measure an image beside the bare framework and functions-framework, in one run."""
    from imagebuild import bench as benchmark
    from imagebuild import selection

    catalog = _load(catalog_path)
    result = benchmark.run(
        catalog,
        selection.runtime_of(catalog, image_name, None),
        prefix=prefix or catalog.prefix,
        seconds=seconds,
        output=output,
    )
    if as_json:
        _print_json(result)


@app.command()
def engine(as_json: JsonOption = False, catalog_path: CatalogOption = DEFAULT_CATALOG) -> None:
    """Print the DOCKER_HOST of the engine that is used, having started it if none answers."""
    from imagebuild import engine as engines
    from imagebuild.process import Processes

    found = engines.connect(Processes(), catalog_path.absolute().parent)
    if as_json:
        _print_json({"DOCKER_HOST": found.host})
    else:
        _print([found.host])


@app.command()
def schema() -> None:
    """Print the JSON schema of images.yaml, which images.schema.json holds."""
    from imagebuild import schema as schemas

    sys.stdout.write(schemas.render())


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit: 0 when it did its work, else with one message on stderr."""
    try:
        app(arguments, prog_name="build.py")
    except ImageBuildError as error:
        sys.exit(_report(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(_report(_disk_full(error)))


def _report(error: ImageBuildError) -> int:
    sys.stdout.flush()
    print(f"error: {error}", file=sys.stderr)
    return error.exit_code


def _disk_full(error: OSError) -> DiskFullError:
    where = f" while writing `{error.filename}`" if error.filename else ""
    return DiskFullError(
        f"the disk is full{where}",
        "free some space (`docker system df` shows what images take), then run it again",
    )


def _load(path: Path, warn: bool = False) -> Catalog:
    catalog = load(path)
    for warning in catalog.warnings if warn else ():
        print(f"warning: {warning}", file=sys.stderr)
    return catalog


def _select(
    catalog: Catalog, selectors: list[str] | None, changed_since: str, legacy: bool
) -> list[Image]:
    from imagebuild import selection

    images = selection.select(catalog, selectors or [], today=_today(), legacy=legacy)
    return selection.changed_since(catalog, images, changed_since) if changed_since else images


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _pairs(settings: Iterable[str]) -> dict[str, str]:
    result = {}
    for setting in settings:
        name, separator, value = setting.partition("=")
        if not (name and separator):
            raise UsageError(f"`{setting}` is no setting", "write --env NAME=VALUE")
        result[name] = value
    return result


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))
