"""The difference of two locks as a changelog in Markdown. Pure."""

from collections.abc import Callable, Iterator, Mapping

from imagebuild.release.lock import Entry, Lock

SHORT = len("sha256:") + 12
MEGABYTE = 1_000_000

PackagesOf = Callable[[Entry], Mapping[str, str]]
"""Returns the versions of an image's parts by name."""


def no_packages(entry: Entry) -> Mapping[str, str]:
    """Return no parts: for a difference of the locks alone."""
    return {}


def lines(old: Lock, new: Lock, packages_of: PackagesOf = no_packages) -> Iterator[str]:
    """Yield what has changed, an image a line and details below; nothing where nothing has."""
    for image in sorted(old.entries.keys() | new.entries.keys()):
        before, after = old.entries.get(image), new.entries.get(image)
        if before is None and after is not None:
            yield f"- `{image}`: added, {after.tag}"
        elif after is None and before is not None:
            yield f"- `{image}`: removed, was {before.tag}"
        elif before and after and before != after:
            yield from _changed(before, after, packages_of)


def _changed(before: Entry, after: Entry, packages_of: PackagesOf) -> Iterator[str]:
    tags = before.tag if before.tag == after.tag else f"{before.tag} → {after.tag}"
    yield f"- `{after.image}`: {tags}"
    if before.repository != after.repository:
        yield f"  - repository: {before.repository} → {after.repository}"
    if before.digest != after.digest:
        yield f"  - digest: {before.digest[:SHORT]} → {after.digest[:SHORT]}"
        yield from _packages(packages_of(before), packages_of(after))
    for name in ("base", "contract"):
        old, new = before.facts.get(name, "unknown"), after.facts.get(name, "unknown")
        if old != new:
            yield (
                f"  - {name}: {old[:SHORT]} → {new[:SHORT]}"
                if name == "base"
                else f"  - {name}: {old} → {new}"
            )
    yield from _size(before.facts.get("size", ""), after.facts.get("size", ""))


def _size(before: str, after: str) -> Iterator[str]:
    if before.isdecimal() and after.isdecimal() and before != after:
        change = (int(after) - int(before)) / MEGABYTE
        old, new = int(before) / MEGABYTE, int(after) / MEGABYTE
        yield f"  - size: {old:.2f} MB → {new:.2f} MB ({change:+.2f} MB)"


def _packages(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, "none"), after.get(name, "none")
        if old != new:
            yield f"  - {name}: {old} → {new}"
