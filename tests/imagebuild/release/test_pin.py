"""The lock from a registry's state."""

import pytest

from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.pin import pin
from tests.imagebuild.memory_registry import MemoryRegistry, digest_of

TO = "registry.example.com/team"
REPOSITORY = f"{TO}/esperanto"
Images = dict[str, Image]


def publish(registry: MemoryRegistry, *tags: str, text: str) -> str:
    """Let `tags` point to an image; return its digest."""
    for tag in tags:
        registry.manifests[f"{REPOSITORY}:{tag}"] = text
    return digest_of(text)


def test_floating_tags_are_written_down_as_immutable_ones(
    registry: MemoryRegistry, images: Images
) -> None:
    """With what the image says of itself; an earlier immutable tag is not taken for it."""
    publish(registry, "2.0.6.20261201", text="newer, and not in use")
    text = '{"config": {"size": 1}, "layers": [{"size": 20}]}'
    digest = publish(registry, "2.0.5.20261130", "2.0", text=text)
    said: list[str] = []
    (entry,) = pin(registry, images.values(), Lock(prefix=TO), said.append)
    assert (entry.tag, entry.digest) == ("2.0.5.20261130", digest)
    assert entry.facts == {
        "version": "2.0.5",
        "contract": "unknown",
        "suite": "unknown",
        "key": "the-key",
        "base": "unknown",
        "revision": "unknown",
        "platforms": "linux/arm64",
        "size": "21",
    }
    assert said == [f"{REPOSITORY}:2.0{end}: not published" for end in ("-install", "-distroless")]


def test_what_the_lock_says_of_the_same_image_is_kept(
    registry: MemoryRegistry, images: Images
) -> None:
    """The registry doesn't know what has passed the contract."""
    digest = publish(registry, "2.0.5.20261130", "2.0", text="{}")
    known = Entry("esperanto-2.0", REPOSITORY, "2.0.5.20261130", digest, {"contract": "passed"})
    lock = Lock(prefix=TO).with_entries([known])
    assert pin(registry, [images["standard"]], lock, print) == [known]


def test_a_floating_tag_without_an_immutable_one(registry: MemoryRegistry, images: Images) -> None:
    """It can't be pinned: nothing would hold that image."""
    publish(registry, "2.0.5.20261130", text="another")
    publish(registry, "2.0", text="{}")
    with pytest.raises(RegistryError, match="no immutable tag"):
        pin(registry, [images["standard"]], Lock(prefix=TO), print)


def test_nothing_published(registry: MemoryRegistry, images: Images) -> None:
    """An empty lock would hide a wrong prefix."""
    with pytest.raises(RegistryError, match="nothing of this is published"):
        pin(registry, images.values(), Lock(prefix=TO), lambda line: None)
