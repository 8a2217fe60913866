import json
from pathlib import Path

import pytest

from imagebuild.engine import daemon, debian_root
from imagebuild.engine import engine as engines
from imagebuild.errors import EngineError
from imagebuild.process import Processes
from tests.imagebuild.fakes import engine

VERSION = {"/version": {"Version": "26.1.5"}}


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable, context or system engine of this machine counts."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(engines, "SYSTEM_SOCKET", f"unix://{tmp_path / 'system'}")


def test_nothing_answers() -> None:
    """Then there is no address, and one has to be started."""
    assert engines.find() is None


def test_docker_host_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that the user names is used although the system has another."""
    with engine(tmp_path / "system", VERSION), engine(tmp_path / "named", VERSION) as named:
        monkeypatch.setenv("DOCKER_HOST", named)
        assert engines.find() == named


def test_dead_docker_host_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is used, nor started, behind the user's back."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nobody'}")
    with pytest.raises(EngineError, match="no engine answers at `unix://") as caught:
        engines.find()
    assert "unset DOCKER_HOST" in caught.value.hint


def test_docker_host_may_name_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who exported what `build.py engine` printed gets it started again."""
    own = daemon.socket_address(engines.folder())
    monkeypatch.setenv("DOCKER_HOST", own)
    assert engines.find() is None


def test_context_comes_before_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The docker client's current context is what its user has chosen."""
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    with engine(tmp_path / "system", VERSION), engine(tmp_path / "context", VERSION) as chosen:
        meta = tmp_path / "docker/contexts/meta/1/meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(json.dumps({"Name": "far", "Endpoints": {"docker": {"Host": chosen}}}))
        (tmp_path / "docker/config.json").write_text('{"currentContext": "far"}')
        assert engines.find() == chosen


def test_system_engine_is_used(tmp_path: Path) -> None:
    """Where one answers nothing is installed."""
    with engine(tmp_path / "system", VERSION) as system:
        assert engines.find() == system


def test_only_root_brings_one_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone else is told what to do."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(EngineError, match="only root can bring one up") as caught:
        engines.connect(Processes(), tmp_path)
    assert "DOCKER_HOST" in caught.value.hint


def test_missing_docker_client_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than that it lacks a plug-in."""
    monkeypatch.setattr("shutil.which", lambda name: None)
    with (
        engine(tmp_path / "system", VERSION),
        pytest.raises(EngineError, match="there is no docker client"),
    ):
        engines.connect(Processes(), tmp_path)


def test_root_is_made_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed leaves no root; what it and older recipes left is removed."""
    calls: list[list[str]] = []

    class Fake(Processes):
        def run(self, command: list[str], **options: object) -> str:  # type: ignore[override]
            calls.append(command)
            if "mmdebstrap" in command:
                Path(command[-1]).mkdir()
            return ""

    monkeypatch.setattr("imagebuild.engine.mmdebstrap.install", lambda processes, log: None)
    (tmp_path / "root-old").mkdir()
    root = debian_root.make_root(tmp_path, Fake(), tmp_path / "log")
    assert root.is_dir()
    assert calls[0][:3] == ["rm", "-rf", "--one-file-system"]
    assert calls[0][3:] == [str(tmp_path / "root-old")]
    assert calls[1][-1] == f"{root}.unfinished"
    assert debian_root.make_root(tmp_path, Fake(), tmp_path / "log") == root
    assert len(calls) == 2


def test_configuration_bounds_what_fills_a_disk(tmp_path: Path) -> None:
    """Logs and build cache have limits; images are held in containerd's store."""
    settings = daemon.configuration(tmp_path)
    assert settings["hosts"] == [f"unix://{tmp_path}/docker.sock"]
    assert settings["features"] == {"containerd-snapshotter": True}
    assert "log-opts" in settings
    assert "builder" in settings
    json.dumps(settings)


def test_long_path_gets_a_sentence(tmp_path: Path) -> None:
    """A Unix socket's path has a limit; the message names the way out."""
    with pytest.raises(EngineError, match="too long a path") as caught:
        daemon.start(tmp_path / ("x" * 120), tmp_path, ())
    assert "XDG_CACHE_HOME" in caught.value.hint
