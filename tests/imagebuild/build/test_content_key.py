"""The content key changes with what an image is made from, and with nothing else."""

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.build import content_key
from imagebuild.catalog.catalog import Catalog, load
from imagebuild.errors import UsageError

NAME = "esperanto-2.0"


def key_of(catalog: Catalog, name: str = NAME) -> str:
    """Return the content key of one image."""
    return content_key.keys(catalog, catalog.images())[name]


def write(path: Path, text: str = "changed\n") -> None:
    """Write a file, with the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_keys_are_there_for_images_and_the_bases_they_need(catalog: Catalog) -> None:
    """Every step of a plan finds its key."""
    images = [image for image in catalog.images() if image.version == "2.0"]
    assert set(content_key.keys(catalog, images)) == {
        "base-trixie",
        "esperanto-2.0-install",
        "esperanto-2.0",
        "esperanto-2.0-distroless",
    }


def test_the_key_is_the_same_twice(catalog: Catalog) -> None:
    """Nothing of time or place enters it."""
    assert key_of(catalog) == key_of(catalog)


def test_images_differ_by_target(catalog: Catalog) -> None:
    """The variants of a version have keys of their own."""
    assert key_of(catalog) != key_of(catalog, "esperanto-2.0-distroless")


@pytest.mark.parametrize(
    "path",
    [
        "runtimes/esperanto/shim/server.eo",
        "runtimes/esperanto/shim/new.eo",
        "runtimes/esperanto/Dockerfile",
        "runtimes/esperanto/.dockerignore",
        "runtimes/esperanto/shim/README.md",
        "kit/kit.eo",
    ],
)
def test_a_file_that_a_build_can_copy_changes_it(catalog: Catalog, tree: Path, path: str) -> None:
    """New files and files of further contexts included; rules hold at the top of the context."""
    before = key_of(catalog)
    write(tree / path)
    assert key_of(catalog) != before


@pytest.mark.parametrize(
    "path",
    [
        "runtimes/esperanto/README.md",
        "runtimes/esperanto/tests/test_it.py",
        "runtimes/esperanto/shim/__pycache__/server.pyc",
        "runtimes/esperanto/.pytest_cache/x",
        "runtimes/other/Dockerfile",
        "docs/decisions.md",
    ],
)
def test_a_file_that_no_build_can_copy_does_not(catalog: Catalog, tree: Path, path: str) -> None:
    """What .dockerignore leaves out, caches of tools, other languages, documentation."""
    before = key_of(catalog)
    write(tree / path)
    assert key_of(catalog) == before


def test_a_moved_file_changes_it(catalog: Catalog, tree: Path) -> None:
    """Paths count, not only contents."""
    before = key_of(catalog)
    shim = tree / "runtimes/esperanto/shim"
    (shim / "server.eo").rename(shim / "server2.eo")
    assert key_of(catalog) != before


def test_the_executable_bit_changes_it(catalog: Catalog, tree: Path) -> None:
    """COPY keeps modes."""
    before = key_of(catalog)
    (tree / "runtimes/esperanto/shim/server.eo").chmod(0o755)
    assert key_of(catalog) != before


def test_other_bits_of_the_mode_do_not(catalog: Catalog, tree: Path) -> None:
    """Two clones with another umask have the same keys."""
    (tree / "runtimes/esperanto/shim/server.eo").chmod(0o644)
    before = key_of(catalog)
    (tree / "runtimes/esperanto/shim/server.eo").chmod(0o664)
    assert key_of(catalog) == before


def test_a_link_counts_by_its_target(catalog: Catalog, tree: Path) -> None:
    """A dangling link is no error."""
    link = tree / "runtimes/esperanto/shim/link"
    os.symlink("nowhere", link)
    before = key_of(catalog)
    link.unlink()
    os.symlink("elsewhere", link)
    assert key_of(catalog) != before


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("{NAME: value}", "{NAME: other}", True),
        ("target: runtime", "target: other", True),
        ('"2.0": {base: trixie', '"2.0": {base: pinned', True),
        ("suite: trixie", "suite: forky", True),
        ("[ca-certificates]", "[ca-certificates, tzdata]", True),
        ("linux/amd64", "linux/arm64", True),
        ("size_limit_mb: 60", "size_limit_mb: 50", False),
        ("features: [streaming]", "features: []", False),
        ('"3.0": {base: pinned', '"3.0": {base: trixie', False),
    ],
)
def test_the_catalog_counts_where_it_is_built_in(
    catalog: Catalog, edited: Callable[[str, str], Path], old: str, new: str, changes: bool
) -> None:
    """Arguments, target, base and platform do; limits, features and other versions don't."""
    before = key_of(catalog)
    assert (key_of(load(edited(old, new))) != before) == changes


def test_the_prefix_does_not_count(catalog: Catalog) -> None:
    """An image is the same under another tag."""
    assert key_of(dataclasses.replace(catalog, prefix="other")) == key_of(catalog)


def test_the_builder_counts(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images and bases are built anew when the way they are made changes."""
    before = content_key.keys(catalog, catalog.images())
    monkeypatch.setattr(content_key, "builder_version", lambda _: "another")
    after = content_key.keys(catalog, catalog.images())
    assert all(before[name] != after[name] for name in before)


def test_the_builders_modules_exist() -> None:
    """A module that was renamed must not fall out of the key."""
    assert len(content_key.builder_version()) == 64


@pytest.mark.parametrize(
    ("path", "changes"),
    [("tool/main.eo", True), ("tool/Dockerfile", True), ("tool/main_test.eo", False)],
)
def test_the_files_of_a_base_count_for_its_images(
    with_tool: Catalog, tree: Path, path: str, changes: bool
) -> None:
    """What a Dockerfile of a base can copy changes base and images; what is left out does not."""
    names = [NAME, "base-tool", "esperanto-3.0"]
    before = [key_of(with_tool, name) for name in names]
    write(tree / path)
    after = [key_of(with_tool, name) for name in names]
    differ = [old != new for old, new in zip(before, after, strict=True)]
    assert differ == [changes, changes, False]


def test_the_base_of_a_base_counts(with_tool: Catalog, edited: Callable[[str, str], Path]) -> None:
    """A program is compiled again when its compiler may be another one."""
    before = key_of(with_tool, "base-tool")
    assert key_of(load(edited("suite: trixie", "suite: forky")), "base-tool") != before


def test_a_missing_context_is_named(catalog: Catalog, tree: Path) -> None:
    """The message holds the folder, the hint where it is written."""
    (tree / "kit/kit.eo").unlink()
    (tree / "kit").rmdir()
    with pytest.raises(UsageError) as raised:
        key_of(catalog)
    assert str(tree / "kit") in raised.value.message
    assert "images.yaml" in raised.value.hint
