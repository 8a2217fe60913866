from pathlib import Path

from imagebuild.bench import write
from imagebuild.bench_result import from_json
from tests.imagebuild.bench_example import RESULT


def test_writes_json_and_chart_named_by_the_language(tmp_path: Path) -> None:
    """README shows both; the folder is made when it is missing."""
    write(RESULT, tmp_path / "docs" / "bench")
    folder = tmp_path / "docs" / "bench"
    assert from_json((folder / "python.json").read_text(encoding="utf-8")) == RESULT
    assert (folder / "python.svg").read_text(encoding="utf-8").startswith("<?xml")
