"""YAML with positions."""

import datetime

import pytest

from imagebuild.catalog.yaml_positions import read
from imagebuild.errors import CatalogError


def test_values_are_plain() -> None:
    """Text, numbers, dates, booleans and nothing come out as Python has them."""
    text = 'a: "1"\nb: [1, 2.5]\nc: 2026-01-02\nd: true\ne:\n'
    value, _ = read(text, "f.yaml")
    assert value == {
        "a": "1",
        "b": (1, 2.5),
        "c": datetime.date(2026, 1, 2),
        "d": True,
        "e": None,
    }


def test_a_location_has_the_line_of_its_key() -> None:
    """Keys, list entries, and what isn't there (the line of what is around it)."""
    _, positions = read("a:\n  b:\n    - x\n    - y\n", "f.yaml")
    assert positions.at(("a", "b")) == "f.yaml:2"
    assert positions.at(("a", "b", 1)) == "f.yaml:4"
    assert positions.at(("a", "missing")) == "f.yaml:1"


def test_an_empty_file_is_nothing() -> None:
    """No document is None, which the model then refuses."""
    assert read("", "f.yaml")[0] is None


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: [1, 2\nb: 3\n", "f.yaml:2", "not valid YAML"),
        ("a: 1\n\tb: 2\n", "f.yaml:2", "not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3", "the key `a` is here a second time, first in line 1"),
        ("a:\n  3.10: x\n", "f.yaml:2", "the key `3.10` is not text"),
        ("a: \x00\n", "f.yaml:1", "not valid YAML"),
        ("a: 1\nb: 2027-13-31\n", "f.yaml:2", "`2027-13-31` is no valid date: month must be"),
        ("a: 1\nb: !!int x\n", "f.yaml:2", "`x` is no valid int"),
        ("a: &a [*a]\n", "f.yaml:1", "it has no end"),
        ("a: " + "[" * 5000, "f.yaml:1", "it has no end"),
    ],
)
def test_what_no_dict_can_hold_is_refused(text: str, place: str, words: str) -> None:
    """Malformed text and values, duplicate keys, keys that are numbers: each with its line."""
    with pytest.raises(CatalogError) as raised:
        read(text, "f.yaml")
    assert raised.value.message.startswith(f"{place}: ")
    assert words in raised.value.message
    assert raised.value.hint
