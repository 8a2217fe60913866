"""What a program that failed has said, as an error for the user."""

import shlex
from collections.abc import Sequence

from imagebuild.errors import DiskFullError, ProcessError

LAST_LINES = 15


def last_lines(output: str, count: int = LAST_LINES) -> str:
    """Return the last `count` lines of `output` that are not blank."""
    return "\n".join([line for line in output.splitlines() if line.strip()][-count:])


def failure(command: Sequence[str], code: int, output: str) -> ProcessError | DiskFullError:
    """Return the error for a `command` that ended with exit `code` after `output`."""
    end = last_lines(output)
    if "no space left on device" in output.lower():
        return DiskFullError(
            f"the disk is full: `{command[0]}` said\n{last_lines(output, 3)}",
            "free some space (`docker system df` shows what images take), then run it again",
        )
    return ProcessError(f"`{shlex.join(command)}` ended with {code}", output=end)
