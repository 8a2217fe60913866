"""The names that SPEC.md defines."""

from pathlib import Path

from imagebuild.catalog import specification

TEXT = """# Title

- `other`: no feature.

## Features

- `streaming`: bit by bit.
- `child-process`: children.

## LOAD

- **LOAD-1** It MUST.
- **LOAD-2** [feature: streaming] It MUST, as in LOAD-1.
"""


def test_features_are_those_of_the_chapter() -> None:
    """Lists elsewhere don't count."""
    assert specification.features(TEXT) == ["streaming", "child-process"]


def test_clauses_are_those_that_are_defined() -> None:
    """A mention isn't a definition."""
    assert specification.clauses(TEXT) == ["LOAD-1", "LOAD-2"]


def test_no_file_is_an_empty_text(tmp_path: Path) -> None:
    """A tree without SPEC.md has no names to check against."""
    assert specification.read(tmp_path) == ""
    assert specification.features("") == []
