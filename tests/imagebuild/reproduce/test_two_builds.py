"""What is said of two builds."""

from imagebuild.catalog.catalog import Catalog
from imagebuild.reproduce.two_builds import MOST_LINES, Verdict, error


def test_a_reproducible_image_is_no_error(catalog: Catalog) -> None:
    """It has one digest."""
    assert error(catalog.images()[0], Verdict("sha256:0")) is None


def test_moved_packages_come_before_differences(catalog: Catalog) -> None:
    """What differs follows from them."""
    found = error(catalog.images()[0], Verdict("", ("layer 1: /a: content",), ("openssl: 1 → 2",)))
    assert found
    assert "packages have moved" in found.message
    assert "openssl: 1 → 2" in found.message
    assert "/a" not in found.message


def test_differences_are_named_up_to_a_limit(catalog: Catalog) -> None:
    """Their number is said in any case."""
    many = tuple(f"layer 1: /{number}: content" for number in range(MOST_LINES + 2))
    found = error(catalog.images()[0], Verdict("", many))
    assert found
    assert f"differ in {MOST_LINES + 2} places" in found.message
    assert found.message.endswith("and 2 more")
