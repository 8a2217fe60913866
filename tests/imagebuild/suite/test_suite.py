import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imagebuild import errors
from imagebuild.engine import engine as engines
from imagebuild.engine.engine import Engine
from imagebuild.suite import suite
from imagebuild.suite.run_plan import Run
from imagebuild.workspace import Workspace


class Pytest:
    """Stands for the programs that the suite starts: writes what pytest would write."""

    def __init__(self) -> None:
        self.number = 0
        self.outcome = "passed"
        self.writes = True

    def run(self, command: Sequence[str], **options: object) -> str:
        """Write the documents that the command asks for, or break off."""
        self.number += 1
        paths = {word.partition("=")[0]: Path(word.partition("=")[2]) for word in command}
        document = {"exit_code": 0, "seconds": 1.0, "second_try": []}
        outcomes = {"test": self.outcome}
        if self.writes:
            paths["--results"].write_text(json.dumps({**document, "outcomes": outcomes}))
            report = f'<testsuites><testsuite name="{self.number}"/></testsuites>'
            paths["--junit-xml"].write_text(report)
        return ""


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Pytest:
    """Put a stand-in in place of pytest, for a plan with one run."""
    program = Pytest()
    engine = Engine("unix:///none", ("docker",), ("docker", "buildx"), {})
    monkeypatch.setattr(suite, "Processes", lambda: program)
    monkeypatch.setattr(engines, "connect", lambda processes, root: engine)
    monkeypatch.setattr(suite, "plan", lambda *_, **__: [Run("image", (), "key")])
    return program


def reported(workspace: Workspace, *, cache: bool = True, clauses: Sequence[str] = ()) -> list[str]:
    """Run the suite and return the names in its JUnit file."""
    junit = workspace.root / "junit.xml"
    suite.run(workspace, [], cache=cache, clauses=clauses, junit=junit)
    return [str(found.get("name")) for found in ElementTree.parse(junit).getroot()]


def test_kept_result_brings_its_own_report(workspace: Workspace, program: Pytest) -> None:
    """Not that of a later run, which was about one clause."""
    assert reported(workspace) == ["1"]
    assert reported(workspace, clauses=["LOAD-1"]) == ["2"]
    assert reported(workspace) == ["1"]
    assert program.number == 2


def test_run_that_breaks_off_has_no_report(workspace: Workspace, program: Pytest) -> None:
    """The report of the run before isn't taken for its own."""
    assert reported(workspace, cache=False) == ["1"]
    program.writes = False
    with pytest.raises(errors.TestsFailedError, match="1 of 1 test runs failed: `image`"):
        reported(workspace, cache=False)
    assert list(ElementTree.parse(workspace.root / "junit.xml").getroot()) == []


def test_failure_is_not_kept(workspace: Workspace, program: Pytest) -> None:
    """It is tested again."""
    program.outcome = "failed"
    with pytest.raises(errors.TestsFailedError):
        reported(workspace)
    program.outcome = "passed"
    assert reported(workspace) == ["2"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("TIMEOT-1", "did you mean `TIMEOUT-1`?"),
        ("timeout-1", "did you mean `TIMEOUT-1`?"),
        ("x", "an ID looks like `LOAD-1`"),
    ],
)
def test_clause_that_does_not_exist_is_refused(
    workspace: Workspace, program: Pytest, name: str, hint: str
) -> None:
    """No test cites it, and a run without tests would pass."""
    specification = "- **LOAD-1** It MUST load.\n- **TIMEOUT-1** It MUST end.\n"
    (workspace.root / "SPEC.md").write_text(specification, encoding="utf-8")
    with pytest.raises(errors.UsageError, match=f"SPEC.md has no clause `{name}`") as caught:
        reported(workspace, clauses=["LOAD-1", name])
    assert caught.value.hint == hint
    assert program.number == 0
