"""The scheme of published tags. Pure.

An immutable tag is `FOUND.BUILD[-VARIANT]`, for example `3.13.5.20261130-distroless`: the version
found in the image, the day it was published, the variant. It is never moved. Floating tags are
`FOUND[-VARIANT]` and `VERSION[-VARIANT]`, for example `3.13.5-distroless` and `3.13-distroless`.
The day stands before the variant because update bots compare versions up to the first `-`.
"""

import re
from dataclasses import dataclass

from imagebuild.catalog.catalog import Image
from imagebuild.errors import UsageError

BUILD_FORM = r"[0-9]{8}(?:\.[0-9]+)?"
"""A day (UTC, `20261130`), with a number for a further publication on that day (`20261130.1`)."""


@dataclass(frozen=True, order=True)
class Immutable:
    """What an immutable tag says: the version and the build, as numbers to compare, and itself."""

    order: tuple[tuple[int, ...], tuple[int, ...]]
    found: str
    build: str
    tag: str


def immutable(image: Image, found: str, build: str) -> str:
    """Return the immutable tag of `image` with the version `found` in it. Raises UsageError."""
    if not re.fullmatch(BUILD_FORM, build):
        raise UsageError(
            f"`{build}` is no build of an immutable tag", "write a day, as 20261130 or 20261130.1"
        )
    return f"{found}.{build}{image.suffix}"


def floating(image: Image, found: str) -> tuple[str, ...]:
    """Return the floating tags of `image`, the more exact one first."""
    return tuple(dict.fromkeys([f"{found}{image.suffix}", f"{image.version}{image.suffix}"]))


def parse(image: Image, tag: str) -> Immutable | None:
    """Return what `tag` says if it is an immutable tag of `image`, else None."""
    version, suffix = re.escape(image.version), re.escape(image.suffix)
    match = re.fullmatch(rf"({version}(?:\.[0-9]+)*?)\.({BUILD_FORM}){suffix}", tag)
    if match is None:
        return None
    found, build = match[1], match[2]
    return Immutable((_numbers(found), _numbers(build)), found, build, tag)


def newest_first(image: Image, tags: list[str]) -> list[Immutable]:
    """Return the immutable tags of `image` among `tags`, the newest first."""
    return sorted(filter(None, (parse(image, tag) for tag in tags)), reverse=True)


def found_version(image: Image, output: str) -> str:
    """Return the version that a program of `image` has printed: the first that fits the catalog's.

    Raises UsageError when there is none: the image then holds another version than its tag says.
    """
    for number in re.findall(r"[0-9]+(?:\.[0-9]+)*", output):
        if f"{number}.".startswith(f"{image.version}."):
            return str(number)
    raise UsageError(
        f"`{image.name}` holds another version than `{image.version}`: found `{output.strip()}`",
        "see `version_command` in images.yaml, and the packages of the image's base",
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
