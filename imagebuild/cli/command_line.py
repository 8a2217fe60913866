"""The command line. Thin: each command imports the module that does its work when it is called."""

import errno
import os
import sys
from collections.abc import Callable, Mapping

import typer

from imagebuild.cli import cli_errors, functions, images, release, render, reproduce, sbom, signing
from imagebuild.errors import DiskFullError, EngineError, ImageBuildError, UsageError

COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": images.list_images,
    "plan": images.plan,
    "build": images.build,
    "test": functions.test,
    "run": functions.run,
    "demo": functions.demo,
    "bench": functions.bench,
    "push": release.push,
    "pin": release.pin,
    "diff": release.diff,
    "rollback": release.rollback,
    "render": render.render,
    "sign": signing.sign,
    "verify-release": signing.verify_release,
    "sbom": sbom.sbom,
    "reproduce": reproduce.reproduce,
    "engine": images.engine,
    "generate": images.generate,
    "schema": images.schema,
}


IN_THE_WAY: Mapping[int | None, str] = {
    errno.ENOTDIR: "a file has the name of a folder on that path: move it away",
    errno.EEXIST: "a file has the name of a folder on that path: move it away",
    errno.EISDIR: "a folder has the name of that file: move it away",
    errno.EROFS: "its file system is read-only: use a clone elsewhere, or mount it for writing",
}
"""What a user can do about errors of the system, beside full disks and missing permissions."""


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
            code = application()(arguments, prog_name="build.py", standalone_mode=False)
        finally:
            sys.stdout.flush()
    except typer.TyperException as error:
        sys.exit(_report(cli_errors.describe(error)) if str(error) else UsageError.exit_code)
    except ImageBuildError as error:
        sys.exit(_report(error))
    except BrokenPipeError:  # whoever reads the output has seen enough
        _drop_output()
        sys.exit(1)
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        if isinstance(known, DiskFullError):
            _drop_output()
        sys.exit(_report(known))
    sys.exit(code)


def _drop_output() -> None:
    """Keep the interpreter from trying again, when it ends, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _known(error: Exception) -> ImageBuildError | None:
    """Return `error` as one that a user understands, None where it's a bug."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _disk_full(error)
    if isinstance(error, PermissionError) and error.filename:
        return UsageError(
            f"this user may not use `{error.filename}`: {error.strerror}",
            "was it made by root? then give it to this user, or run this command as root",
        )
    if isinstance(error, OSError) and error.errno in IN_THE_WAY and error.filename:
        return UsageError(
            f"`{error.filename}` can't be written: {error.strerror}", IN_THE_WAY[error.errno]
        )
    if "docker" in sys.modules:  # else nothing here can raise what it raises
        from docker.errors import DockerException
        from requests import RequestException

        if isinstance(error, DockerException | RequestException):
            return EngineError(
                f"the engine did not do what it was asked: {error}",
                "see whether it runs: `docker version`, `./build.py engine`",
            )
    return None


def _report(error: ImageBuildError) -> int:
    print(f"error: {error}", file=sys.stderr)
    return error.exit_code


def _disk_full(error: OSError) -> DiskFullError:
    where = f" while writing `{error.filename}`" if error.filename else ""
    return DiskFullError(
        f"the disk is full{where}",
        "free some space (`docker system df` shows what images take), then run it again",
    )
