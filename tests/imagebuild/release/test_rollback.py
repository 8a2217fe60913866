"""Returning to earlier images, and earlier locks from git."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Image
from imagebuild.errors import RegistryError, UsageError
from imagebuild.process import Processes
from imagebuild.release import lock, lock_history
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.rollback import rollback
from tests.imagebuild.memory_registry import MemoryRegistry, digest_of

TO = "registry.example.com/team"
REPOSITORY = f"{TO}/esperanto"
Images = dict[str, Image]


def published(registry: MemoryRegistry, images: Images, build: str) -> Lock:
    """Publish all images with this build; return the lock."""
    entries = []
    for image in images.values():
        text, tag = f"{image.name} {build}", f"2.0.5.{build}{image.suffix}"
        for name in (tag, f"2.0.5{image.suffix}", f"2.0{image.suffix}"):
            registry.manifests[f"{REPOSITORY}:{name}"] = text
        entries.append(Entry(image.name, REPOSITORY, tag, digest_of(text)))
    return Lock(prefix=TO).with_entries(entries)


def test_a_rollback_moves_floating_tags_back(registry: MemoryRegistry, images: Images) -> None:
    """And none of the immutable ones."""
    earlier = published(registry, images, "20261130")
    before = dict(registry.manifests)
    present = published(registry, images, "20261201")
    entries, moved = rollback(registry, [list(images.values())], present, earlier)
    assert {entry.image: entry for entry in entries} == earlier.entries
    assert len(moved) == 6
    assert before.items() <= registry.manifests.items()
    assert f"{REPOSITORY}:2.0.5.20261201" in registry.manifests


def test_an_image_that_is_gone(registry: MemoryRegistry, images: Images) -> None:
    """Then no tag moves."""
    earlier = published(registry, images, "20261130")
    present = published(registry, images, "20261201")
    del registry.manifests[f"{REPOSITORY}:2.0.5.20261130-distroless"]
    before = dict(registry.manifests)
    with pytest.raises(RegistryError, match="does not hold what was written"):
        rollback(registry, [list(images.values())], present, earlier)
    assert registry.manifests == before


def test_a_lock_that_lacks_the_image_or_has_another_prefix(
    registry: MemoryRegistry, images: Images
) -> None:
    """There is nothing to return to."""
    present = published(registry, images, "20261201")
    with pytest.raises(UsageError, match="that lock has no `esperanto-2.0-install`"):
        rollback(registry, [list(images.values())], present, Lock(prefix=TO))
    with pytest.raises(UsageError, match="that lock is of `elsewhere/team`"):
        rollback(registry, [], present, Lock(prefix="elsewhere/team"))


def commit(folder: Path) -> None:
    """Commit all files of `folder`."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["add", "."], [*author, "commit", "-qm", "a state"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)


def test_the_state_before(committed: Path) -> None:
    """It is the newest one with other images, whether the present one is committed or not."""
    path, processes = committed / "images.lock", Processes()
    first, second = (
        Lock().with_entries([Entry("a", "b", tag, f"sha256:{'0' * 64}")]) for tag in ("1", "2")
    )
    lock.write(path, first)
    commit(committed)
    with pytest.raises(UsageError, match="no earlier state"):
        lock_history.previous(path, processes)
    lock.write(path, second)
    assert lock_history.at(path, lock_history.previous(path, processes), processes) == first
    commit(committed)
    lock.write(path, replace(second, revision="another"))
    commit(committed)
    assert lock_history.at(path, lock_history.previous(path, processes), processes) == first
    with pytest.raises(UsageError, match="git has no `images.lock` at `none`"):
        lock_history.at(path, "none", processes)
