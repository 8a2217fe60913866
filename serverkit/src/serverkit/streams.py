"""The standard streams of the function: apart, unbuffered, UTF-8 (OBSERVABILITY-9, -10)."""

import io
import os
import sys
from contextlib import suppress


def open_streams() -> None:
    """Replace `sys.stdout` and `sys.stderr` by streams that hold nothing back."""
    sys.stdout = _unbuffered(1)
    sys.stderr = _unbuffered(2)


def write_log(line: str) -> None:
    """Write a line of the access log to stdout, in one piece."""
    with suppress(OSError):  # a log without a reader is no reason to end
        os.write(1, line.encode("utf-8", "backslashreplace"))


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
