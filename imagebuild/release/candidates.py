"""The images that a push is about: whole versions, as the engine has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imagebuild.build import labels
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api
from imagebuild.errors import UsageError
from imagebuild.release import contract_state, found_versions

if TYPE_CHECKING:
    from docker import DockerClient

PUBLISH_UNTESTED = "--publish-untested"


@dataclass(frozen=True)
class Candidate:
    """An image in the engine: its tag there, its digest, the version in it, facts for the lock."""

    image: Image
    local: str
    digest: str
    found: str
    facts: dict[str, str] = field(default_factory=dict)


def versions_of(catalog: Catalog, images: Iterable[Image]) -> list[list[Image]]:
    """Return all images of each version that one of `images` belongs to.

    A version is published as a whole: a function's phases and its runtimes fit each other.
    """
    wanted = dict.fromkeys((image.language, image.version) for image in images)
    everything = catalog.images()
    return [
        [image for image in everything if (image.language, image.version) == version]
        for version in wanted
    ]


def collect(
    client: "DockerClient",
    catalog: Catalog,
    versions: Sequence[Sequence[Image]],
    *,
    prefix: str,
    host: str,
    untested: bool = False,
) -> list[list[Candidate]]:
    """Return the candidates of each version.

    Raises UsageError when an image isn't there, or has not passed the contract as it is now and
    `untested` is false.
    """
    states = [
        contract_state.of_version(catalog, images, prefix=prefix, host=host) for images in versions
    ]
    names = [name for state in states for name in state.untested]
    if names and not untested:
        raise UsageError(
            f"{len(names)} images have not passed the whole contract as they are:"
            f" {', '.join(f'`{name}`' for name in names)}",
            f"./build.py test {names[0]}; to publish them all the same, add {PUBLISH_UNTESTED}",
        )
    result = []
    for images, state in zip(versions, states, strict=True):
        found = found_versions.ask(client, images, prefix)
        result.append([_candidate(image, state, found, prefix, host) for image in images])
    return result


def _candidate(
    image: Image,
    state: contract_state.ContractState,
    found: dict[str, str],
    prefix: str,
    host: str,
) -> Candidate:
    local = image.tag(prefix)
    document: dict[str, Any] = api.call(host, f"/images/{local}/json")
    own = document["Config"].get("Labels") or {}
    version = found[image.variant]
    facts = {
        "version": version,
        "contract": state.outcomes[image.name],
        "suite": state.suite,
        "key": own.get(labels.KEY, "unknown"),
        "base": own.get(labels.BASE_DIGEST, "unknown"),
        "revision": own.get(labels.REVISION, "unknown"),
        "platforms": f"{document['Os']}/{document['Architecture']}",
    }
    return Candidate(image, local, document["Id"], version, facts)
