from pathlib import Path

from imagebuild.functions import file_watch


def test_edit_is_seen(tmp_path: Path) -> None:
    """Nothing at once, then the file that was edited; others in its folder don't count."""
    file, other = tmp_path / "function.eo", tmp_path / "manifest"
    file.write_text("1")
    other.write_text("1")
    found = file_watch.changes([file, other])
    assert next(found) == set()
    (tmp_path / "neighbour").write_text("1")
    file.write_text("22")
    assert next(found) == {file}


def test_edit_during_a_preparation_is_seen_after_it(tmp_path: Path) -> None:
    """During the first one as well, when nothing is watched yet."""
    file, manifest = tmp_path / "function.eo", tmp_path / "manifest"
    file.write_text("1")
    found = file_watch.changes([file, manifest])
    next(found)
    file.write_text("22")
    assert next(found) == {file}
    manifest.write_text("1")
    assert next(found) == {manifest}


def test_replaced_file_is_edited(tmp_path: Path) -> None:
    """As editors do it; while it is gone there is nothing to start."""
    file, new = tmp_path / "function.eo", tmp_path / "new"
    file.write_text("1")
    new.write_text("2")
    found = file_watch.changes([file])
    next(found)
    file.unlink()
    new.rename(file)
    assert next(found) == {file}
