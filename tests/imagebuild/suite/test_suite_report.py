from pathlib import Path
from xml.etree import ElementTree

from imagebuild.suite import suite_report
from imagebuild.suite.results import Result


def test_the_table_says_how_each_run_went() -> None:
    """One line a run; what was kept has no time."""
    text = suite_report.summary(
        {
            "toy-1": Result(3, 1, 12.4),
            "toy-2": Result(2, 0, 9.0, failed=("test_a[toy-2]",)),
            "toy-3": Result(3, kept=True),
            "toy-4": Result(ended_early=True),
            "toy-5": Result(),
        }
    )
    lines = text.splitlines()
    assert lines[1].split() == ["toy-1", "passed", "3", "0", "1", "12", "s"]
    assert lines[2].split() == ["toy-2", "FAILED", "2", "1", "0", "9", "s"]
    assert lines[3].split() == ["toy-3", "unchanged", "3", "0", "0", "-"]
    assert "ended early" in lines[4]
    assert lines[5] == "FAILED: test_a[toy-2]"


def test_a_second_try_is_told_loudly() -> None:
    """A flaky test doesn't fail the run, and isn't hidden."""
    text = suite_report.summary({"toy-1": Result(3, second_try=("test_a[toy-1]",))})
    assert "passed, FLAKY" in text
    assert text.endswith("FLAKY, passed on the second try: test_a[toy-1]")


def test_reports_are_merged(tmp_path: Path) -> None:
    """Those of runs that were not needed are not there."""
    for name in ("a", "b"):
        content = f'<testsuites><testsuite name="{name}"/></testsuites>'
        (tmp_path / f"{name}.xml").write_text(content)
    target = tmp_path / "reports" / "all.xml"
    suite_report.merge([tmp_path / f"{name}.xml" for name in ("a", "missing", "b")], target)
    assert [suite.get("name") for suite in ElementTree.parse(target).getroot()] == ["a", "b"]
