"""The scheme of tags."""

import pytest

from imagebuild.catalog.catalog import Image
from imagebuild.errors import UsageError
from imagebuild.release import tags

Images = dict[str, Image]


def test_an_immutable_tag_says_version_day_and_variant(images: Images) -> None:
    """In this order, so that update bots compare all of the numbers."""
    assert tags.immutable(images["distroless"], "2.0.5", "20261130") == "2.0.5.20261130-distroless"
    assert tags.immutable(images["standard"], "2.0.5", "20261130.1") == "2.0.5.20261130.1"


@pytest.mark.parametrize("build", ["2026-11-30", "today", "2026113", "20261130.", ""])
def test_a_build_is_a_day(images: Images, build: str) -> None:
    """With a number at most."""
    with pytest.raises(UsageError, match="no build"):
        tags.immutable(images["standard"], "2.0.5", build)


def test_floating_tags(images: Images) -> None:
    """The exact version, and the catalog's; one where both are the same."""
    assert tags.floating(images["install"], "2.0.5") == ("2.0.5-install", "2.0-install")
    assert tags.floating(images["standard"], "2.0") == ("2.0",)


@pytest.mark.parametrize("found", ["2.0", "2.0.5", "2.0.5.1"])
@pytest.mark.parametrize("build", ["20261130", "20261130.12"])
@pytest.mark.parametrize("variant", ["standard", "distroless"])
def test_what_was_written_can_be_read(images: Images, found: str, build: str, variant: str) -> None:
    """By its own image, and by no other."""
    tag = tags.immutable(images[variant], found, build)
    parsed = tags.parse(images[variant], tag)
    assert parsed
    assert (parsed.found, parsed.build, parsed.tag) == (found, build, tag)
    assert tags.parse(images["install"], tag) is None


@pytest.mark.parametrize("tag", ["2.0", "2.0.5", "latest", "2.01.20261130", "20.20261130"])
def test_floating_and_foreign_tags_are_not_immutable(images: Images, tag: str) -> None:
    """What somebody else has pushed is left alone."""
    assert tags.parse(images["standard"], tag) is None


def test_the_newest_comes_first(images: Images) -> None:
    """By version, then by day, as numbers."""
    written = [
        "2.0.9.20261130",
        "2.0.10.20261129",
        "2.0.10.20261129.2",
        "2.0.10.20261129.10",
        "2.0",
    ]
    found = [each.tag for each in tags.newest_first(images["standard"], written)]
    assert found == [written[3], written[2], written[1], written[0]]


@pytest.mark.parametrize(
    ("output", "version"),
    [("Esperanto 2.0.5\n", "2.0.5"), ("v2.0", "2.0"), ("go2.0.1 linux/amd64", "2.0.1")],
)
def test_the_version_is_found_in_what_a_program_prints(
    images: Images, output: str, version: str
) -> None:
    """It is the first number that fits the catalog's version."""
    assert tags.found_version(images["standard"], output) == version


@pytest.mark.parametrize("output", ["2.1.0", "2.00.1", "none"])
def test_another_version_is_refused(images: Images, output: str) -> None:
    """The tag would lie."""
    with pytest.raises(UsageError, match="holds another version than `2.0`"):
        tags.found_version(images["standard"], output)
