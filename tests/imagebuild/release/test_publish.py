"""Publishing to a registry in memory: two phases, idempotence, immutable and floating tags."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError
from imagebuild.release import publish
from imagebuild.release.candidates import Candidate
from imagebuild.release.export import Archive
from imagebuild.release.lock import Lock
from imagebuild.release.publish import Publisher
from tests.imagebuild.memory_registry import MemoryRegistry, digest_of

TO = "registry.example.com/team"
REPOSITORY = f"{TO}/esperanto"
Images = dict[str, Image]


def content(image: Image, build: int) -> str:
    """Return the manifest of an image in the engine: another one after each build."""
    return f'{{"config": {{"size": {build}}}, "name": "{image.name}"}}'


def candidates(images: Images, build: int = 1) -> list[Candidate]:
    """Return what the engine has after this build."""
    return [
        Candidate(image, f"{image.name}/{build}", digest_of(content(image, build)), "2.0.5")
        for image in images.values()
    ]


@pytest.fixture
def publisher(
    registry: MemoryRegistry, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Publisher]:
    """Return a function that makes a publisher of a day."""

    @contextmanager
    def exported(host: str, tag: str, folder: Path) -> Iterator[Archive]:
        name, _, build = tag.partition("/")
        text = next(content(i, int(build)) for i in images.values() if i.name == name)
        (folder / "image").write_text(text, encoding="utf-8")
        yield Archive(folder / "image", digest_of(text))

    monkeypatch.setattr(publish, "exported", exported)
    return lambda day: Publisher(registry, "engine", TO, day, tmp_path, lambda line: None)


def test_all_tags_of_a_version(
    publisher: Callable[[str], Publisher], registry: MemoryRegistry, images: Images
) -> None:
    """Immutable ones first, then the floating ones."""
    entries = publisher("20261130").publish(candidates(images), Lock())
    written = [name.removeprefix(f"{REPOSITORY}:") for name in registry.written]
    assert written == [
        *("2.0.5.20261130-install", "2.0.5.20261130", "2.0.5.20261130-distroless"),
        *("2.0.5-install", "2.0-install", "2.0.5", "2.0", "2.0.5-distroless", "2.0-distroless"),
    ]
    assert [registry.digest(f"{REPOSITORY}:{entry.tag}") for entry in entries] == [
        entry.digest for entry in entries
    ]
    assert entries[0].facts["size"] == "1"


def test_a_second_push_writes_nothing(
    publisher: Callable[[str], Publisher],
    registry: MemoryRegistry,
    images: Images,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On another day either, with or without the lock; nor does it export an image to see."""
    entries = publisher("20261130").publish(candidates(images), Lock())
    registry.written.clear()
    monkeypatch.setattr(publish, "exported", None)
    for lock in (Lock(), Lock().with_entries(entries)):
        assert publisher("20261201").publish(candidates(images), lock) == entries
    assert registry.written == []


def test_a_push_that_broke_off_goes_on(
    publisher: Callable[[str], Publisher], registry: MemoryRegistry, images: Images
) -> None:
    """No floating tag has moved before all images are there, and none is written twice."""
    upload = registry.upload

    def broken(archive: Path, reference: str) -> None:
        if reference.endswith("-distroless"):
            raise RegistryError("away")
        upload(archive, reference)

    registry.upload = broken  # type: ignore[method-assign]
    with pytest.raises(RegistryError, match="away"):
        publisher("20261130").publish(candidates(images), Lock())
    assert len(registry.written) == 2
    assert all("20261130" in name for name in registry.written)
    registry.upload = upload  # type: ignore[method-assign]
    publisher("20261130").publish(candidates(images), Lock())
    assert len(registry.written) == len(set(registry.written)) == 9


def test_an_immutable_tag_is_never_moved(
    publisher: Callable[[str], Publisher], registry: MemoryRegistry, images: Images
) -> None:
    """A second build of the same day needs a number, and gets its own tags."""
    before = Lock().with_entries(publisher("20261130").publish(candidates(images), Lock()))
    first = dict(registry.manifests)
    with pytest.raises(RegistryError, match="holds another image") as raised:
        publisher("20261130").publish(candidates(images, 2), before)
    assert "--build 20261130.1" in raised.value.hint
    assert registry.manifests == first
    entries = publisher("20261130.1").publish(candidates(images, 2), before)
    assert entries[1].tag == "2.0.5.20261130.1"
    assert registry.digest(f"{REPOSITORY}:2.0") == entries[1].digest
    immutable = {name: text for name, text in first.items() if "20261130" in name}
    assert immutable.items() <= registry.manifests.items()


def test_a_floating_tag_that_somebody_else_has_moved(
    publisher: Callable[[str], Publisher], registry: MemoryRegistry, images: Images
) -> None:
    """None is moved then, unless that is wanted."""
    before = Lock().with_entries(publisher("20261130").publish(candidates(images), Lock()))
    registry.manifests[f"{REPOSITORY}:2.0"] = "foreign"
    exact = registry.digest(f"{REPOSITORY}:2.0.5-install")
    with pytest.raises(RegistryError, match="moved by somebody else") as raised:
        publisher("20261201").publish(candidates(images, 2), before)
    assert "--move-foreign-tags" in raised.value.hint
    assert registry.digest(f"{REPOSITORY}:2.0.5-install") == exact
    publisher("20261201").publish(candidates(images, 2), before, move_foreign=True)
    assert registry.digest(f"{REPOSITORY}:2.0") == digest_of(content(images["standard"], 2))


def test_two_pushes_of_different_images_at_the_same_time(
    publisher: Callable[[str], Publisher], registry: MemoryRegistry, images: Images
) -> None:
    """The one whose image was replaced sees it, and moves no floating tag."""
    upload = registry.upload

    def overtaken(archive: Path, reference: str) -> None:
        upload(archive, reference)
        registry.manifests[reference] = "of the other"

    registry.upload = overtaken  # type: ignore[method-assign]
    with pytest.raises(RegistryError, match="holds another image"):
        publisher("20261130").publish(candidates(images), Lock())
    assert f"{REPOSITORY}:2.0" not in registry.manifests
