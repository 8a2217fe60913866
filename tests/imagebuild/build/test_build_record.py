import errno
from pathlib import Path

import pytest

from imagebuild.build import build_record
from imagebuild.build.build_record import Entry


def entry(tag: str, size: int = 1) -> Entry:
    """Return an entry of the record."""
    return Entry("name", tag, "sha256:1", "key", size, 2.5)


def test_entries_are_kept_beside_others(tmp_path: Path) -> None:
    """A build adds what it built; what others built stays."""
    build_record.add(tmp_path, {"a": entry("a"), "b": entry("b")})
    build_record.add(tmp_path, {"b": entry("b", 2)})
    assert build_record.read(tmp_path) == {"a": entry("a"), "b": entry("b", 2)}


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    """The file is replaced as a whole, and readable for everyone."""
    build_record.add(tmp_path, {"a": entry("a")})
    assert {p.name for p in (tmp_path / ".build").iterdir()} == {"images.json", "lock", "logs"}
    assert (tmp_path / ".build/images.json").stat().st_mode & 0o777 == 0o644


def test_a_full_disk_leaves_the_record_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no half of the new one."""

    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    build_record.add(tmp_path, {"a": entry("a")})
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        build_record.add(tmp_path, {"b": entry("b")})
    assert build_record.read(tmp_path) == {"a": entry("a")}
    assert {p.name for p in (tmp_path / ".build").iterdir()} == {"images.json", "lock", "logs"}


def test_broken_record_counts_as_none(tmp_path: Path) -> None:
    """The record is a convenience: what is in the engine decides."""
    build_record.folder(tmp_path)
    for content in ("", "[]", '{"a": {}}', "null"):
        (tmp_path / ".build/images.json").write_text(content)
        assert build_record.read(tmp_path) == {}


def test_each_step_has_a_log(tmp_path: Path) -> None:
    """Its folder is there when it is needed."""
    path = build_record.log_path(tmp_path, "python-3.13")
    assert path == tmp_path / ".build/logs/python-3.13.log"
    assert path.parent.is_dir()
