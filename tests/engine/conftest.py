"""What the tests of publishing share: one registry, one small catalog with its images."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from docker.errors import ImageNotFound

from imagebuild.build import content_key
from imagebuild.catalog import catalog
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from tests.support import registry_server
from tests.support.registry_server import RegistryServer

ROOT = Path(__file__).parent.parent.parent
Run = Callable[[str], str]


@pytest.fixture(scope="session")
def perl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A made-up language with its three images in the engine, in a repository of its own."""
    folder = tmp_path_factory.mktemp("publishing")
    shutil.copytree(Path(__file__).with_name("publishing"), folder, dirs_exist_ok=True)
    found = catalog.load(folder / "images.yaml")
    command = [sys.executable, str(ROOT / "build.py"), "build", f"--catalog={found.path}"]
    subprocess.run(command, check=True, timeout=300)
    yield found
    client = containers.connect(engine.connect(Processes(), ROOT).host)
    for image in found.images():
        with suppress(ImageNotFound):  # another run of these tests was faster
            client.images.remove(image.tag(found.prefix), force=True)
    client.close()


@pytest.fixture(scope="session")
def registry_container(
    perl: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegistryServer]:
    """The registry of all tests."""
    base = content_key.base_tag("trixie", perl.prefix)
    folder = tmp_path_factory.mktemp("registry")
    with registry_server.running(engine.connect(Processes(), ROOT), base, folder) as server:
        yield server


@pytest.fixture
def registry(registry_container: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> RegistryServer:
    """The registry, for a user who is logged in."""
    for name, value in registry_container.environment.items():
        monkeypatch.setenv(name, value)
    return registry_container


@pytest.fixture
def run(perl: Catalog, registry: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command, with our registry and language in it."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    names = {
        "registry.example.com": registry.host,
        "python-3.13": "perl-5.40",
        "hello.py": "hello.pl",
    }
    (perl.root / "hello.pl").write_text("print 'hello'\n")

    def run(command: str) -> str:
        for old, new in names.items():
            command = command.replace(old, new)
        words = shlex.split(command)
        if words[0] == "./build.py":
            words = [sys.executable, str(ROOT / "build.py"), *words[1:], f"--catalog={perl.path}"]
        ended = subprocess.run(words, cwd=perl.root, capture_output=True, text=True, timeout=300)
        if ended.returncode:
            raise RuntimeError(f"{command}: {ended.stderr}")
        return ended.stdout

    return run
