"""Selectors, legacy versions, and the runtime of a function."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.catalog import selection
from imagebuild.catalog.catalog import Catalog, load
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


RULE = (
    "usual_tests: {default_version: [standard, distroless], other_versions: [standard]}\nbases:\n"
)


def test_the_usual_tests_follow_the_rule(edited: Callable[[str, str], Path]) -> None:
    """Both variants of the default version, one of the others; of an install image none."""
    found = load(edited("bases:\n", RULE))
    assert [image.name for image in selection.usual(found, found.images())] == [
        "esperanto-1.0",
        "esperanto-2.0",
        "esperanto-2.0-distroless",
        "esperanto-3.0",
    ]


def test_without_a_rule_all_tests_are_usual(catalog: Catalog) -> None:
    """A repository with a single language needs none."""
    assert selection.usual(catalog, catalog.images()) == catalog.images()


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


def test_an_image_of_a_phase_runs_no_function(catalog: Catalog) -> None:
    """The install image isn't offered."""
    with pytest.raises(UsageError, match="esperanto-2.0-install"):
        selection.runtime_of(catalog, "esperanto-2.0-install", None)


@pytest.mark.parametrize(("file", "named"), [("a.x", "`.x`"), ("Makefile", "`Makefile`")])
def test_a_file_of_no_language_is_named(catalog: Catalog, file: str, named: str) -> None:
    """By what it lacks; the hint has the option and the suffixes."""
    with pytest.raises(UsageError, match=named) as raised:
        selection.runtime_of(catalog, "", Path(file))
    assert "--image" in raised.value.hint
    assert ".eo" in raised.value.hint
