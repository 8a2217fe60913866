"""The lock file: its form, its mistakes, and that a write is whole."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from imagebuild.errors import UsageError
from imagebuild.release import lock
from imagebuild.release.lock import Entry, Lock

DIGEST = f"sha256:{'0' * 64}"


def entry(image: str, tag: str, **facts: str) -> Entry:
    """Return an entry of the repository `registry.example.com/team/esperanto`."""
    return Entry(image, "registry.example.com/team/esperanto", tag, DIGEST, facts)


EXAMPLE = Lock("registry.example.com/team", "https://example.org", "abc").with_entries(
    [
        entry("esperanto-2.0-install", "2.0.5.20261130-install", contract="untested"),
        entry("esperanto-2.0", "2.0.5.20261130", contract="passed-9-waived-0", size="7"),
    ]
)


def test_a_reference_a_line() -> None:
    """As update bots read it: repository, tag and digest, before all else."""
    lines = [line for line in lock.render(EXAMPLE).splitlines() if not line.startswith("#")]
    repository = "registry.example.com/team/esperanto"
    assert [line.split()[0] for line in lines] == [
        f"{repository}:2.0.5.20261130-install@{DIGEST}",
        f"{repository}:2.0.5.20261130@{DIGEST}",
    ]


def test_what_was_written_can_be_read(tmp_path: Path) -> None:
    """All of it."""
    lock.write(tmp_path / "images.lock", EXAMPLE)
    assert lock.read(tmp_path / "images.lock") == EXAMPLE
    assert [path.name for path in tmp_path.iterdir()] == ["images.lock"]


def test_no_lock_yet(tmp_path: Path) -> None:
    """It is empty, and a command that needs one says how to come by it."""
    assert lock.read(tmp_path / "images.lock") == Lock()
    with pytest.raises(UsageError, match="holds no image"):
        lock.required(tmp_path / "images.lock")


def test_a_revision_alone_changes_nothing(tmp_path: Path) -> None:
    """Else each push of what is there already would be a commit."""
    path = tmp_path / "images.lock"
    lock.update(path, EXAMPLE)
    lock.update(path, replace(EXAMPLE, revision="another"))
    assert lock.read(path) == EXAMPLE
    lock.update(path, replace(EXAMPLE, prefix="elsewhere"))
    assert lock.read(path).prefix == "elsewhere"


@pytest.mark.parametrize("line", ["registry/a:1", f"registry/a:1@{DIGEST}", "<<<<<<< HEAD"])
def test_a_mistake_has_a_line(line: str) -> None:
    """A merge conflict, say."""
    with pytest.raises(UsageError, match=r"images.lock:2: `"):
        lock.parse(f"# prefix: registry\n{line}\n")


def test_a_full_disk_leaves_the_lock_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write is whole or not at all."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    lock.write(tmp_path / "images.lock", EXAMPLE)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        lock.write(tmp_path / "images.lock", Lock())
    assert lock.read(tmp_path / "images.lock") == EXAMPLE
    assert [path.name for path in tmp_path.iterdir()] == ["images.lock"]
