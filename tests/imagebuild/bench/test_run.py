from pathlib import Path

from imagebuild.bench.result import from_json
from imagebuild.bench.run import Options, write
from tests.imagebuild.bench.example import RESULT


def test_writes_json_and_chart_named_by_the_language(tmp_path: Path) -> None:
    """README shows both; the folder is made when it is missing."""
    write(RESULT, tmp_path / "docs" / "bench")
    folder = tmp_path / "docs" / "bench"
    assert from_json((folder / "python.json").read_text(encoding="utf-8")) == RESULT
    assert (folder / "python.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_only_the_usual_figures_are_those_of_the_readme() -> None:
    """Those of another run must not take their place."""
    assert Options().is_usual
    others = [Options(before="before/python:3.13"), Options(peers=False), Options(close=True)]
    assert not any(options.is_usual for options in others)
