"""Labels that the builder puts on its images, and what it reads back from them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from imagebuild.build.steps import Known
from imagebuild.engine import api

REQUESTS = 8
"""How many images the engine is asked for at once."""

KEY = "function-runtimes.content-key"
PARENTS = "function-runtimes.parents"
TITLE = "org.opencontainers.image.title"
SOURCE = "org.opencontainers.image.source"
REVISION = "org.opencontainers.image.revision"
VERSION = "org.opencontainers.image.version"
CREATED = "org.opencontainers.image.created"
BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


def options(labels: Mapping[str, str]) -> list[str]:
    """Return the options of `docker buildx build` that set `labels`."""
    return [option for name, value in labels.items() for option in ("--label", f"{name}={value}")]


def own(key: str, parents: Iterable[str]) -> dict[str, str]:
    """Return the labels by which `known` knows an image: content key, digests of its parents."""
    return {KEY: key, PARENTS: ",".join(parents)}


def known(host: str, tags: Iterable[str]) -> dict[str, Known]:
    """Return what the engine at `host` has of `tags`, without those it lacks or that aren't ours.

    Each is asked for by itself, several at once: the engine's list of images takes 20 ms for each
    image in the store, whoever made it. Raises EngineError when nothing answers there.
    """
    wanted = list(tags)
    with ThreadPoolExecutor(max_workers=REQUESTS) as pool:
        found = pool.map(lambda tag: api.call(host, f"/images/{tag}/json"), wanted)
        images = dict(zip(wanted, found, strict=True))
    return {tag: result for tag, image in images.items() if (result := _known(image))}


def _known(image: dict[str, Any] | None) -> Known | None:
    labels = (image["Config"].get("Labels") or {}) if image else {}
    if image is None or KEY not in labels:
        return None
    parents = filter(None, labels.get(PARENTS, "").split(","))
    return Known(labels[KEY], image["Id"], tuple(parents))
