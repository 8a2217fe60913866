"""What `list` shows."""

import datetime
import io

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.cli import image_list

TODAY = datetime.date(2026, 1, 1)


@pytest.fixture
def rows(catalog: Catalog) -> list[image_list.Row]:
    """Return the rows of the whole catalog."""
    return image_list.rows(catalog.images(), prefix="p", today=TODAY)


def test_a_row_is_a_version(rows: list[image_list.Row]) -> None:
    """With all its images."""
    assert [row.selector for row in rows] == ["esperanto-1.0", "esperanto-2.0", "esperanto-3.0"]
    assert rows[1].images == (
        "p/esperanto:2.0-install",
        "p/esperanto:2.0",
        "p/esperanto:2.0-distroless",
    )


def test_legacy_is_said_with_its_date(rows: list[image_list.Row]) -> None:
    """In a word, not only in a colour."""
    assert rows[0].state == "legacy, ended 2020-01-01"
    assert rows[1].state == "until 2100-01-01"


def test_the_matrix_has_one_job_for_each_version(rows: list[image_list.Row]) -> None:
    """Its selector is what the job builds and tests."""
    jobs = image_list.matrix(rows)["include"]
    assert [job["selector"] for job in jobs] == [row.selector for row in rows]
    assert jobs[0]["legacy"] is True
    assert jobs[0]["end_of_life"] == "2020-01-01"


def test_lines_are_one_for_each_image(rows: list[image_list.Row]) -> None:
    """Columns are separated by tabs, for cut and awk."""
    lines = image_list.lines(rows)
    assert len(lines) == 9
    assert lines[4] == "p/esperanto:2.0\tesperanto-2.0-standard\ttrixie\tuntil 2100-01-01"


def test_the_table_shows_every_version(rows: list[image_list.Row]) -> None:
    """Selector, images, base and end of life."""
    from rich.console import Console

    output = io.StringIO()
    Console(file=output, width=100).print(image_list.table(rows))
    for row in rows:
        assert row.selector in output.getvalue()
    assert "legacy, ended 2020-01-01" in output.getvalue()
