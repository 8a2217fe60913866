"""A command line that typer refuses, in the words of our other errors."""

import re

import typer

from imagebuild.errors import UsageError

NAMES = re.compile(r"'([^']*)'|(?<![\w-])(--[\w-]+)")
"""What typer names: in quotes, or an option without them."""


def describe(error: typer.TyperException) -> UsageError:
    """Return the error for what typer found: names in backticks, and what to do next."""
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    found, _, near = _marked(text.rstrip(".")).partition(". Did you mean ")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "build.py"
    hint = f"did you mean {near}" if near else f"`{command} -h` says what it takes"
    return UsageError(found[:1].lower() + found[1:], hint)


def _marked(text: str) -> str:
    return NAMES.sub(lambda name: f"`{name[1] or name[2]}`", text)
