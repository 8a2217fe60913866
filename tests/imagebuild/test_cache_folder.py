import threading
from pathlib import Path

import pytest

from imagebuild import cache_folder


def test_folder_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME names it, else it is in the home."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder.folder() == tmp_path / "function-runtimes"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder.folder().is_relative_to(Path.home())


def test_lock_is_held_by_one_thread(tmp_path: Path) -> None:
    """A second one waits, and gets it then; the folder is made."""
    path = tmp_path / "folder" / "lock"
    entered = threading.Event()

    def enter() -> None:
        with cache_folder.locked(path):
            entered.set()

    with cache_folder.locked(path):
        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.1)
    thread.join(10)
    assert entered.is_set()
