"""Which process of which machine has made something in an engine: a label says so."""

import os
import platform
from pathlib import Path


def here() -> str:
    """Return what names this process, on all machines that may use the same engine."""
    return f"{_place()}/{os.getpid()}"


def has_ended(owner: str) -> bool:
    """Whether `owner`, as `here` told it, was a process of this place that lives no more.

    One elsewhere is never judged: its number means something else there.
    """
    place, _, process = owner.rpartition("/")
    return place == _place() and process.isdecimal() and not Path("/proc", process).exists()


def _place() -> str:
    """Return what tells apart the places in which a process has its number."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:  # no Linux
        return platform.node()
