"""What a user is told when the contract suite is over: a table, and the tests that need a look."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from imagebuild import text_table
from imagebuild.suite.results import Result

HEADINGS = ("RUN", "RESULT", "PASSED", "FAILED", "WAIVED", "TIME")


def summary(results: Mapping[str, Result]) -> str:
    """Return the table of all runs; below it the tests that failed or passed on the second try.

    A run in which no test applied has no row.
    """
    shown = [(name, result) for name, result in results.items() if not result.is_empty]
    lines = text_table.lines([HEADINGS, *(_row(name, result) for name, result in shown)])
    for result in results.values():
        lines += [f"FAILED: {test}" for test in result.failed]
    for result in results.values():
        lines += [f"FLAKY, passed on the second try: {test}" for test in result.second_try]
    return "\n".join(lines)


def merge(reports: Iterable[Path], target: Path) -> None:
    """Write the JUnit files `reports`, those that are there, as one to `target`."""
    together = ElementTree.Element("testsuites")
    for report in reports:
        if report.exists():
            together.extend(ElementTree.parse(report).getroot())  # noqa: S314 (we wrote it)
    target.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(together).write(target, encoding="utf-8", xml_declaration=True)


def _row(name: str, result: Result) -> tuple[str, ...]:
    counts = (str(result.passed), str(len(result.failed)), str(result.waived))
    seconds = "-" if result.kept else f"{result.seconds:.0f} s"
    return (name, _word(result), *counts, seconds)


def _word(result: Result) -> str:
    if result.ended_early:
        return "ended early"
    if result.failed:
        return "FAILED"
    if result.kept:
        return "unchanged"
    return "passed, FLAKY" if result.second_try else "passed"
