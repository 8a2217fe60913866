"""The differences of two builds of one image, as lines. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from imagebuild.reproduce.archive import Contents

PACKAGE = re.compile(r"(?:Setting up|Unpacking) ([a-z0-9][a-z0-9+.:-]+) \(([^)\s]+)\)")
"""What dpkg prints of a package that it installs."""


def packages(log: str) -> dict[str, str]:
    """Return the Debian packages that the build with this log has installed, with versions."""
    return dict(sorted(PACKAGE.findall(log)))


def moved(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return the packages that are of other versions in the second build, one a line."""
    return [
        f"{name}: {first.get(name, 'none')} → {second.get(name, 'none')}"
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    ]


def differences(first: Contents, second: Contents) -> Iterator[str]:
    """Yield what differs: keys of the configuration, then files by layer, with what of them."""
    for key in sorted(first.config.keys() | second.config.keys()):
        if key != "rootfs" and first.config.get(key) != second.config.get(key):
            yield from _values(
                f"configuration: {key}", first.config.get(key), second.config.get(key)
            )
    if len(first.layers) != len(second.layers):
        yield f"layers: {len(first.layers)} and {len(second.layers)}"
    for number, (old, new) in enumerate(zip(first.layers, second.layers, strict=False), 1):
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                yield f"layer {number}: /{name}: {_of_file(old.get(name), new.get(name))}"
        if list(old) != list(new) and old == new:
            yield f"layer {number}: the order of its files"


def _values(name: str, first: Any, second: Any) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted(first.keys() | second.keys()):
            if first.get(key) != second.get(key):
                yield from _values(f"{name}.{key}", first.get(key), second.get(key))
    else:
        yield f"{name}: `{first}` and `{second}`"


def _of_file(first: Mapping[str, object] | None, second: Mapping[str, object] | None) -> str:
    if first is None or second is None:
        return f"only in the {'second' if first is None else 'first'} build"
    return ", ".join(name for name in first if first[name] != second.get(name))
