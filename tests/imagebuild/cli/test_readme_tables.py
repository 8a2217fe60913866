import datetime
from pathlib import Path

import pytest

from imagebuild.bench.result import FOLDER, to_json
from imagebuild.catalog.catalog import Catalog, parse
from imagebuild.cli.readme_tables import render
from imagebuild.errors import UsageError
from tests.imagebuild.bench.example import RESULT

CATALOG = """
prefix: own/images
source: https://example.com/images
platforms: [linux/amd64]
bases: {trixie: {suite: trixie}}
languages:
  python:
    title: Python
    default: "3.13"
    features: [streaming]
    fixtures: {file: "{snake}.py", module: "{snake}", handler: handler}
    kubeless:
      depName: requirements.txt
      fileNameSuffix: .py
      phases: {installation: {variant: install, command: install-dependencies}}
    variants:
      install: {target: install, size_limit_mb: 100}
      standard: {target: runtime, size_limit_mb: 50}
    versions:
      "2.7": {base: trixie, end_of_life: 2020-01-01}
      "3.13": {base: trixie, end_of_life: 2029-10-31}
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return the catalog above, in a folder of its own."""
    (tmp_path / "runtimes" / "python").mkdir(parents=True)
    return parse(CATALOG, tmp_path / "images.yaml")


def part(name: str, content: str = "", date: str = "2026-11-25") -> str:
    """Return a generated part as it stands in README.md."""
    return f"<!-- {name} {date} -->\n{content}<!-- end {name} -->"


def test_versions_are_listed_with_their_state(catalog: Catalog) -> None:
    """Legacy is what is past its end of life on the part's date; only runtime images are named."""
    text = render(f"before\n{part('versions', 'old')}\nafter", catalog)
    assert "old" not in text
    assert "| Python | 2.7 | trixie | 2020-01-01 | legacy | `own/images/python:2.7` |" in text
    assert "| 3.13 (default) | trixie | 2029-10-31 | current | `own/images/python:3.13` |" in text
    assert text.startswith("before\n<!-- versions 2026-11-25 -->\n")
    assert text.endswith("<!-- end versions -->\nafter")


def test_date_of_a_part_is_renewed_on_request_only(catalog: Catalog) -> None:
    """So a rendered text stays right until it is rendered for another day."""
    text = render(part("versions", date="2019-01-01"), catalog)
    assert "legacy" not in text
    assert render(text, catalog) == text
    later = render(text, catalog, datetime.date(2030, 1, 1))
    assert later.startswith("<!-- versions 2030-01-01 -->")
    assert later.count("legacy") == 2


def test_phases_and_features_have_a_row_each(catalog: Catalog) -> None:
    """What a language lacks is said."""
    row = "| Python | `.py` | `requirements.txt` | `install-dependencies` | none |"
    assert row in render(part("phases"), catalog)
    assert "| `streaming` | yes |" in render(part("features"), catalog)


def test_bench_shows_what_was_measured(catalog: Catalog) -> None:
    """A language that wasn't measured is left out."""
    assert render(part("bench"), catalog) == part("bench")
    folder = catalog.root / FOLDER
    folder.mkdir(parents=True)
    (folder / "python.json").write_text(to_json(RESULT), encoding="utf-8")
    text = render(part("bench"), catalog)
    assert "(docs/bench/python.svg)" in text
    assert "| hello, 10 connections | 950 | 1,000 | 500 | 0.95 | 1.90 | 2.5 ms |" in text


def test_unknown_part_is_an_error(catalog: Catalog) -> None:
    """It names the parts that exist."""
    with pytest.raises(UsageError, match="`version`"):
        render(part("version"), catalog)
