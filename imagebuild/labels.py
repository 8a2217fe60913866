"""Labels that the builder puts on its images, and what it reads back from them in one call."""

from collections.abc import Iterable, Mapping

from imagebuild import engine_api
from imagebuild.plan import Known

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


def known(host: str) -> dict[str, Known]:
    """Return what the engine at `host` has of our images, by tag. One call, whatever their number.

    Raises OSError when nothing answers there.
    """
    query = {"filters": f'{{"label":["{KEY}"]}}'}
    result = {}
    for image in engine_api.call(host, "/images/json", query) or []:
        labels = image["Labels"]
        parents = tuple(filter(None, labels.get(PARENTS, "").split(",")))
        for tag in image["RepoTags"] or []:
            result[tag] = Known(labels[KEY], image["Id"], parents)
    return result
