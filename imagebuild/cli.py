"""The command line. Thin: each command imports the module that does its work when it is called."""

import errno
import os
import sys
from collections.abc import Callable, Mapping

import typer

from imagebuild import cli_functions, cli_images
from imagebuild.errors import DiskFullError, ImageBuildError

COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": cli_images.list_images,
    "plan": cli_images.plan,
    "build": cli_images.build,
    "test": cli_functions.test,
    "run": cli_functions.run,
    "demo": cli_functions.demo,
    "bench": cli_functions.bench,
    "engine": cli_images.engine,
    "generate": cli_images.generate,
    "schema": cli_images.schema,
}


def application() -> typer.Typer:
    """Return the application with all its commands."""
    app = typer.Typer(
        help="Builds, tests and runs the function-runtime images that images.yaml lists.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, command in COMMANDS.items():
        app.command(name)(command)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit: 0 when it did its work, 130 after Ctrl-C, else with one message."""
    try:
        try:
            application()(arguments, prog_name="build.py")
        finally:
            sys.stdout.flush()
    except ImageBuildError as error:
        sys.exit(_report(error))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # What could not be written must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_report(_disk_full(error)))


def _report(error: ImageBuildError) -> int:
    print(f"error: {error}", file=sys.stderr)
    return error.exit_code


def _disk_full(error: OSError) -> DiskFullError:
    where = f" while writing `{error.filename}`" if error.filename else ""
    return DiskFullError(
        f"the disk is full{where}",
        "free some space (`docker system df` shows what images take), then run it again",
    )
