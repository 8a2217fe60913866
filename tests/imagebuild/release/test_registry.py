"""The client: retries, credentials, and what names a registry."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from imagebuild.errors import ProcessError, RegistryError, RegistryUnavailableError, UsageError
from imagebuild.process import Processes
from imagebuild.release import programs
from imagebuild.release.registry import ATTEMPTS, Registry, check_prefix

AWAY = "dial tcp 127.0.0.1:1: connect: connection refused"
DENIED = "unauthorized: authentication required"


class Scripted(Processes):
    """Programs that fail with the texts given, one after the other, and then succeed."""

    def __init__(self, *failures: str) -> None:
        super().__init__()
        self.failures = list(failures)
        self.commands: list[list[str]] = []

    def read(self, command: Sequence[str]) -> str:
        """Fail or succeed as the script says."""
        self.commands.append(list(command))
        if self.failures:
            raise ProcessError("ended with 1", output=self.failures.pop(0))
        return '{"Tags": ["2.0"]}'


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Registry]:
    """Return a function that makes a registry whose client fails with these texts."""
    monkeypatch.setattr(programs, "find", lambda name, processes: name)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return lambda *failures: Registry(Scripted(*failures), first_wait_seconds=0)


def commands(registry: Registry) -> list[list[str]]:
    """Return what was run."""
    assert isinstance(registry.processes, Scripted)
    return registry.processes.commands


def test_a_registry_that_is_away_for_a_moment(scripted: Callable[..., Registry]) -> None:
    """The call is made again and succeeds."""
    registry = scripted(AWAY, AWAY)
    assert registry.tags("localhost:1/python") == ["2.0"]
    assert len(commands(registry)) == 3


def test_a_registry_that_stays_away(scripted: Callable[..., Registry]) -> None:
    """There is a last try."""
    registry = scripted(*[AWAY] * (ATTEMPTS + 1))
    with pytest.raises(RegistryUnavailableError, match="connection refused"):
        registry.copy("localhost:1/python:2.0", "localhost:1/python:3.0")
    assert len(commands(registry)) == ATTEMPTS


def test_a_refusal_is_final(scripted: Callable[..., Registry]) -> None:
    """Wrong credentials are tried once: more tries would lock the account."""
    registry = scripted(DENIED)
    with pytest.raises(RegistryError, match="authentication required"):
        registry.copy("localhost:1/python:2.0", "localhost:1/python:3.0")
    assert len(commands(registry)) == 1


def test_nothing_there(scripted: Callable[..., Registry]) -> None:
    """A tag that isn't there has no digest."""
    assert scripted("manifest unknown").digest("localhost:1/python:2.0") is None


def test_credentials_are_those_of_docker(scripted: Callable[..., Registry], tmp_path: Path) -> None:
    """Their file is named where there is one; what is in it isn't in a command."""
    registry = scripted()
    registry.tags("localhost:1/python")
    (tmp_path / "config.json").write_text('{"auths": {}}')
    registry.tags("localhost:1/python")
    without, given = commands(registry)
    assert set(given) - set(without) == {f"--authfile={tmp_path / 'config.json'}"}


@pytest.mark.parametrize("prefix", ["registry.example.com/team", "localhost/a", "host:5000/a/b"])
def test_prefixes_with_a_registry(prefix: str) -> None:
    """The first part is its host."""
    check_prefix(prefix)


@pytest.mark.parametrize("prefix", ["function-runtimes", "team/runtimes", "registry.example.com"])
def test_prefixes_without_a_registry(prefix: str) -> None:
    """Docker would take them for names on its own hub."""
    with pytest.raises(UsageError, match="names no registry"):
        check_prefix(prefix)
