"""Images whose inputs changed since a commit."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog, load
from imagebuild.cli import changes
from imagebuild.errors import UsageError


def changed(catalog: Catalog, commit: str = "HEAD") -> list[str]:
    """Return the names of the images that changed since the commit."""
    return [image.name for image in changes.since(catalog, catalog.images(), commit)]


def test_nothing_changed(committed: Path, catalog: Catalog) -> None:
    """A clean work tree has no changed images."""
    assert changed(catalog) == []


@pytest.mark.parametrize(
    "path",
    ["runtimes/esperanto/shim/server.eo", "runtimes/esperanto/shim/new.eo", "kit/kit.eo"],
)
def test_a_changed_file_changes_the_images_that_can_copy_it(
    committed: Path, catalog: Catalog, path: str
) -> None:
    """New files that git doesn't know count too."""
    (committed / path).write_text("changed\n", encoding="utf-8")
    assert len(changed(catalog)) == 9


def test_a_removed_file_counts(committed: Path, catalog: Catalog) -> None:
    """What was there may have been copied."""
    (committed / "runtimes/esperanto/shim/server.eo").unlink()
    assert len(changed(catalog)) == 9


@pytest.mark.parametrize("source", ["runtimes/esperanto/shim/server.eo", "kit/kit.eo"])
def test_a_file_that_is_moved_out_counts(committed: Path, catalog: Catalog, source: str) -> None:
    """Though git takes it for a rename, it is gone from its context."""
    (committed / source).rename(committed / "moved.eo")
    subprocess.run(["git", "-C", str(committed), "add", "--all"], check=True)
    assert len(changed(catalog)) == 9


@pytest.mark.parametrize(("path", "count"), [("main.eo", 3), ("main_test.eo", 0)])
def test_a_file_of_a_base_changes_its_images(
    committed: Path, with_tool: Catalog, path: str, count: int
) -> None:
    """What a Dockerfile of a base can copy is in them; what it leaves out is not."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(committed), *author, "commit", "-qam", "x"], check=True)
    (committed / "tool" / path).write_text("changed\n", encoding="utf-8")
    assert len(changed(with_tool)) == count


def test_warnings_of_git_are_no_files(
    committed: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git writes to stderr is not in the list of changed files."""
    monkeypatch.setenv("GIT_TRACE", "1")
    assert changed(catalog) == []


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("SPEC.md", 9),
        ("conftest.py", 9),
        ("requirements.txt", 9),
        ("build.py", 9),
        ("imagebuild/phases.py", 9),
        ("tests/contract/test_load.py", 9),
        ("tests/support/wait.py", 9),
        ("tests/engine/test_readme.py", 9),
        ("runtimes/esperanto/tests/test_new.py", 9),
        ("runtimes/esperanto/fixtures/hello.eo", 9),
        ("runtimes/other/tests/test_new.py", 0),
        ("tests/imagebuild/test_x.py", 0),
    ],
)
def test_what_decides_how_an_image_is_tested_concerns_it(
    committed: Path, catalog: Catalog, path: str, count: int
) -> None:
    """CI tests what a change concerns: the suite concerns all, a language's tests its images."""
    (committed / path).parent.mkdir(parents=True, exist_ok=True)
    (committed / path).write_text("changed\n", encoding="utf-8")
    assert len(changed(catalog)) == count


@pytest.mark.parametrize("path", ["runtimes/esperanto/README.md", "docs.md"])
def test_a_file_that_no_build_copies_changes_nothing(
    committed: Path, catalog: Catalog, path: str
) -> None:
    """Documentation."""
    (committed / path).write_text("changed\n", encoding="utf-8")
    assert changed(catalog) == []


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("{NAME: value}", "{NAME: other}", 3),
        ("target: distroless", "target: other", 3),
        ("suite: trixie", "suite: forky", 6),
        ("[streaming]", "[]", 9),
        ('default: "2.0"', 'default: "3.0"', 0),
        ('"3.0": {', '"4.0": {', 3),
        ("linux/amd64", "linux/arm64", 9),
    ],
)
def test_a_changed_entry_changes_its_images(
    committed: Path, edited: Callable[[str, str], Path], old: str, new: str, count: int
) -> None:
    """Version, variant, base, language and platform; not the rest of the file."""
    assert len(changed(load(edited(old, new)))) == count


def test_an_unknown_commit_is_named(committed: Path, catalog: Catalog) -> None:
    """The hint thinks of shallow clones, where it usually happens."""
    with pytest.raises(UsageError) as raised:
        changed(catalog, "nowhere")
    assert "`nowhere`" in raised.value.message
    assert "shallow" in raised.value.hint


def test_without_git_there_is_a_sentence(catalog: Catalog) -> None:
    """A folder that is no clone knows no commits."""
    with pytest.raises(UsageError, match="git knows no commit"):
        changed(catalog)
