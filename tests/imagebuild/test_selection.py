"""Selectors, legacy versions, and images whose inputs changed since a commit."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild import selection
from imagebuild.catalog import Catalog, load
from imagebuild.errors import UsageError

TODAY = datetime.date(2026, 1, 1)
CURRENT = [
    "esperanto-2.0-install",
    "esperanto-2.0",
    "esperanto-2.0-distroless",
    "esperanto-3.0-install",
    "esperanto-3.0",
    "esperanto-3.0-distroless",
]


def names(catalog: Catalog, *selectors: str, legacy: bool = False) -> list[str]:
    """Return the names of the selected images."""
    chosen = selection.select(catalog, selectors, today=TODAY, legacy=legacy)
    return [image.name for image in chosen]


def changed(catalog: Catalog, commit: str = "HEAD") -> list[str]:
    """Return the names of the images that changed since the commit."""
    return [image.name for image in selection.changed_since(catalog, catalog.images(), commit)]


def test_without_selectors_all_that_is_not_legacy(catalog: Catalog) -> None:
    """A legacy version is built on request only."""
    assert names(catalog) == CURRENT


def test_legacy_on_request(catalog: Catalog) -> None:
    """--legacy adds the versions past their end of life."""
    assert len(names(catalog, legacy=True)) == 9


def test_a_language_leaves_its_legacy_versions_out(catalog: Catalog) -> None:
    """Naming the language is not naming the version."""
    assert names(catalog, "esperanto") == CURRENT


def test_a_version_means_all_its_variants(catalog: Catalog) -> None:
    """In the order of the catalog."""
    assert names(catalog, "esperanto-2.0") == CURRENT[:3]


def test_a_legacy_version_that_is_named_is_meant(catalog: Catalog) -> None:
    """No --legacy is needed then."""
    assert len(names(catalog, "esperanto-1.0")) == 3
    assert names(catalog, "esperanto-1.0-install") == ["esperanto-1.0-install"]


def test_a_variant_means_one_image(catalog: Catalog) -> None:
    """The standard image has a name of its own too."""
    assert names(catalog, "esperanto-2.0-distroless") == ["esperanto-2.0-distroless"]
    assert names(catalog, "esperanto-2.0-standard") == ["esperanto-2.0"]


def test_an_image_named_twice_is_there_once(catalog: Catalog) -> None:
    """Selectors add up."""
    assert names(catalog, "esperanto-2.0-install", "esperanto") == CURRENT


@pytest.mark.parametrize(
    ("selector", "meant"),
    [("esperant", "esperanto"), ("esperanto-2.1", "esperanto-2.0")],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    catalog: Catalog, selector: str, meant: str
) -> None:
    """The message holds what was asked for."""
    with pytest.raises(UsageError) as raised:
        names(catalog, selector)
    assert f"`{selector}`" in raised.value.message
    assert f"`{meant}`" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "file", "image"),
    [
        ("", "f.eo", "esperanto-2.0"),
        ("esperanto", "f.txt", "esperanto-2.0"),
        ("esperanto-3.0", "f.eo", "esperanto-3.0"),
        ("esperanto-3.0-distroless", "f.eo", "esperanto-3.0-distroless"),
    ],
)
def test_the_runtime_of_a_function(catalog: Catalog, name: str, file: str, image: str) -> None:
    """By its suffix, by language (the default version), by version, by variant."""
    assert selection.runtime_of(catalog, name, Path(file)).name == image


def test_a_function_with_an_unknown_suffix(catalog: Catalog) -> None:
    """The hint names the suffixes that are known."""
    with pytest.raises(UsageError) as raised:
        selection.runtime_of(catalog, "", Path("f.txt"))
    assert "`.txt`" in raised.value.message
    assert ".eo" in raised.value.hint


def test_an_image_of_a_phase_runs_no_function(catalog: Catalog) -> None:
    """The install image isn't offered."""
    with pytest.raises(UsageError, match="esperanto-2.0-install"):
        selection.runtime_of(catalog, "esperanto-2.0-install", None)


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


@pytest.mark.parametrize("path", ["runtimes/esperanto/README.md", "docs.md"])
def test_a_file_that_no_build_copies_changes_nothing(
    committed: Path, catalog: Catalog, path: str
) -> None:
    """Documentation and tests."""
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


def test_the_builder_changes_all(committed: Path, catalog: Catalog) -> None:
    """A module that decides what is in an image."""
    (committed / "imagebuild").mkdir()
    (committed / "imagebuild/buildx.py").write_text("\n", encoding="utf-8")
    assert len(changed(catalog)) == 9


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
