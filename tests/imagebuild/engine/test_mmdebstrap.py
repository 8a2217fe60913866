from pathlib import Path

import pytest

from imagebuild.build import debian_bases, labels
from imagebuild.build.steps import Action, Step
from imagebuild.catalog.model import Base
from imagebuild.engine import mmdebstrap
from imagebuild.engine.engine import Engine
from imagebuild.errors import EngineError
from imagebuild.process import Processes

ENGINE = Engine("unix:///socket", ("docker",), ("buildx",), {"DOCKER_HOST": "unix:///socket"})


class Recorder(Processes):
    """Notes commands and environments instead of running them."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[list[str]] = []
        self.environments: list[dict[str, str]] = []

    def run(self, command: list[str], **options: object) -> str:  # type: ignore[override]
        """Note the command."""
        self.commands.append(command)
        self.environments.append(options.get("environment"))  # type: ignore[arg-type]
        return ""


def step(base: Base) -> Step:
    """Return the step that makes `base`."""
    return Step("base-x", "prefix/base:x", "0" * 64, (), Action.BUILD, "not there yet", base=base)


def test_root_is_minimal_and_its_mounts_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """As root it runs in a mount namespace: a killed run leaves no mount behind."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    command = mmdebstrap.command("trixie", Path("/target"), ("a", "b"), ("--option",))
    assert command[:3] == ["unshare", "--mount", "mmdebstrap"]
    assert "--variant=minbase" in command
    assert "--include=a,b" in command
    assert command[-3:] == ["--option", "trixie", "/target"]


def test_user_without_mmdebstrap_gets_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can install it."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(EngineError, match="`mmdebstrap` is not installed") as caught:
        mmdebstrap.install(Processes(), Path("/dev/null"))
    assert "apt-get install mmdebstrap" in caught.value.hint


def test_root_installs_mmdebstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Debian, as root, a missing mmdebstrap is no obstacle."""
    monkeypatch.setattr(
        "shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    monkeypatch.setattr("os.geteuid", lambda: 0)
    recorder = Recorder()
    mmdebstrap.install(recorder, Path("/dev/null"))
    assert recorder.commands[-1][:2] == ["apt-get", "install"]
    assert {"mmdebstrap", "debian-archive-keyring"} < set(recorder.commands[-1])


def test_base_is_made_then_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same packages give the same files, and the image carries its content key."""
    monkeypatch.setattr(mmdebstrap, "install", lambda processes, log: None)
    recorder = Recorder()
    base = step(Base(suite="trixie", packages=("ca-certificates",)))
    debian_bases.make(base, "linux/amd64", ENGINE, recorder, tmp_path / "log", tmp_path)
    make, load = recorder.commands
    assert "--architectures=amd64" in make
    assert make[-2] == "trixie"
    assert recorder.environments[0]["SOURCE_DATE_EPOCH"] == debian_bases.EPOCH
    assert load[:3] == ["docker", "import", "--platform=linux/amd64"]
    assert f'--change=LABEL "{labels.KEY}"="{"0" * 64}"' in load
    assert load[-2:] == [make[-1], "prefix/base:x"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("checked", [True, False])
def test_expired_suite_is_a_setting_of_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    """Only a base that says so is made from a Release file that has expired."""
    monkeypatch.setattr(mmdebstrap, "install", lambda processes, log: None)
    recorder = Recorder()
    base = step(Base(suite="forky", check_valid_until=checked))
    debian_bases.make(base, "linux/amd64", ENGINE, recorder, tmp_path / "log", tmp_path)
    assert (debian_bases.EXPIRED in recorder.commands[0]) is not checked
