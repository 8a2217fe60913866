import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.readme import COMMANDS, ENGINE

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    """That is what a newcomer types."""
    assert COMMANDS[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_make_commands_have_a_target(command: str) -> None:
    """They aren't run here: `make test` runs this test, and the engine's tests run the demo."""
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    arguments = [*shlex.split(command), "--dry-run"]
    subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith("./build.py ") and not ENGINE.match(c)]
)
def test_commands_without_an_engine_succeed(command: str) -> None:
    """Each one as it stands."""
    arguments = shlex.split(command)
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_every_command_is_run_somewhere() -> None:
    """A command of another kind needs a test of its own first."""
    assert all(c.startswith(("make ", "./build.py ")) for c in COMMANDS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    """And their fragments to headings."""
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "#")):
            continue
        file, _, fragment = target.partition("#")
        assert (path.parent / file).exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", (path.parent / file).read_text("utf-8"), re.M)
            assert fragment in {h.lower().replace(" ", "-") for h in headings}, target


def test_contributing_gives_a_reason_for_each_dependency() -> None:
    """One line each, in the order of requirements.in."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
    explained = re.findall(r"^- (`.+?`(?:, `.+?`)*): ", section, re.M)
    assert [name.strip("`") for names in explained for name in names.split(", ")] == wanted
