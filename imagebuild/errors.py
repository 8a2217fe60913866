"""Errors that a user meets: each says what failed, what was found, and what to do next.

Only `cli` prints them. A message is complete in itself, with values in backticks; the hint is
printed on a line of its own after `hint:`.
"""

import difflib
from collections.abc import Iterable


class ImageBuildError(Exception):
    """Base of all errors that end a command with one message.

    `message` says what failed and what was found; `hint` what to do next (may be empty).
    `exit_code` is the exit code of the process, one for each kind of error.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class BuildError(ImageBuildError):
    """One image or more could not be built, or a function's phase failed."""

    exit_code = 1


class UsageError(ImageBuildError):
    """The command line asks for something that is not there or makes no sense."""

    exit_code = 2


class CatalogError(ImageBuildError):
    """`images.yaml` holds a mistake; the message begins with `FILE:LINE:`."""

    exit_code = 3


class EngineError(ImageBuildError):
    """No container engine answers, or it is too old, and none could be started."""

    exit_code = 4


class ProcessError(ImageBuildError):
    """A program that was started is missing or failed; `output` holds its last lines."""

    exit_code = 5

    def __init__(self, message: str, hint: str = "", output: str = "") -> None:
        super().__init__(message, hint)
        self.output = output


class DiskFullError(ImageBuildError):
    """There is no space left where something had to be written."""

    exit_code = 6


class TestsFailedError(ImageBuildError):
    """The contract suite or the bench ran and did not pass."""

    exit_code = 7


class RegistryError(ImageBuildError):
    """A container registry refused, or holds something else than was written to it."""

    exit_code = 8


class RegistryUnavailableError(RegistryError):
    """A container registry did not answer, or said that it can't for the moment."""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None when none is close."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return matches[0] if matches else None


def suggestion(name: str, valid: Iterable[str]) -> str:
    """Return the text of a hint for an unknown `name`: the nearest valid one, else all of them."""
    names = list(valid)
    match = nearest(name, names)
    if match:
        return f"did you mean `{match}`?"
    if not names:
        return "there are none yet"
    return "valid names are " + ", ".join(f"`{valid_name}`" for valid_name in sorted(names))
