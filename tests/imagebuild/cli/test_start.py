"""build.py itself: it finds its environment or says which command makes it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from imagebuild.cli import start

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 1.0


def run(
    script: Path, *arguments: str, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run a script and return how it ended."""
    return subprocess.run(
        [python, str(script), *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return build.py of a clone that nothing was set up in, and that is the current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "build.py", tmp_path)
    (tmp_path / "imagebuild" / "cli").mkdir(parents=True)
    for name in ("__init__.py", "cli/__init__.py", "cli/start.py"):
        shutil.copy(ROOT / "imagebuild" / name, tmp_path / "imagebuild" / name)
    return tmp_path / "build.py"


def test_without_an_environment_it_names_the_command(fresh: Path) -> None:
    """One sentence and a hint."""
    ended = run(fresh, "list")
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: there is no complete environment in `.venv`\nhint: run `make setup`\n"
    )


def test_from_another_folder_it_says_where(
    fresh: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make setup` alone would look for a Makefile there."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run(fresh, "list").stderr.endswith(f"hint: run `make setup` in `{fresh.parent}`\n")


def test_a_half_made_environment_is_none(fresh: Path) -> None:
    """A setup that was interrupted has no mark."""
    (fresh.parent / ".venv" / "bin").mkdir(parents=True)
    assert "make setup" in run(fresh).stderr


def test_it_goes_on_in_its_environment(fresh: Path) -> None:
    """With the same arguments, whatever Python it was started with."""
    program = fresh.parent / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nshift\necho "in the environment: $*"\n', encoding="utf-8")
    program.chmod(0o755)
    (fresh.parent / ".venv" / ".complete").touch()
    assert run(fresh, "list", "--json").stdout == "in the environment: list --json\n"


def test_planning_everything_imports_nothing_heavy() -> None:
    """What only some commands need must not slow down a build that has nothing to do."""
    code = (
        "import sys; from imagebuild.cli import command_line; from imagebuild.build import build; "
        "print([name for name in ('docker', 'rich', 'testcontainers', 'pytest', 'pygal', 'httpx')"
        " if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ended.stdout == "[]\n"


def test_planning_everything_takes_under_a_second() -> None:
    """In processor time, so that other work on the machine doesn't count; imports included."""
    code = "from imagebuild.cli import command_line; command_line.main(['plan'])"
    environment = {**os.environ, "DOCKER_HOST": ""}
    before = os.times()
    subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment,
        check=True,
    )
    after = os.times()
    spent = after.children_user + after.children_system
    assert spent - before.children_user - before.children_system < SECONDS


def test_a_broken_environment_is_said_to_be_broken(fresh: Path) -> None:
    """One that leads back to the same Python must not be entered for ever."""
    program = fresh.parent / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (fresh.parent / ".venv" / ".complete").touch()
    assert "`.venv` is broken" in run(fresh).stderr


def test_the_mark_of_entering_is_not_inherited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a build.py that is started from a build.py would call its environment broken."""
    monkeypatch.setenv(start.MARK, sys.prefix)
    monkeypatch.setattr(sys, "argv", ["build.py", "--help"])
    with pytest.raises(SystemExit):
        start.main(str(Path(sys.prefix).parent / "build.py"))
    assert start.MARK not in os.environ


def test_ctrl_c_before_the_command_begins_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the modules takes long enough for it."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("imagebuild.cli.command_line.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        start.main(str(Path(sys.prefix).parent / "build.py"))
    assert ended.value.code == 130


def test_an_environment_that_lacks_a_module_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is older than a dependency."""

    def lacking() -> None:
        raise ModuleNotFoundError("No module named 'rich.table'", name="rich.table")

    monkeypatch.setattr("imagebuild.cli.command_line.main", lacking)
    with pytest.raises(SystemExit) as ended:
        start.main(str(Path(sys.prefix).parent / "build.py"))
    assert str(ended.value.code).startswith("error: `.venv` is broken: it has no module `rich.tab")


def test_a_module_of_ours_that_is_missing_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps its traceback."""

    def lacking() -> None:
        raise ModuleNotFoundError("No module named 'imagebuild.x'", name="imagebuild.x")

    monkeypatch.setattr("imagebuild.cli.command_line.main", lacking)
    with pytest.raises(ModuleNotFoundError):
        start.main(str(Path(sys.prefix).parent / "build.py"))
