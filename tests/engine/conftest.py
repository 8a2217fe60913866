"""What the tests of publishing share: one registry, one small catalog with its images."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebuild.build import content_key
from imagebuild.catalog import catalog
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from tests.support import registry_server
from tests.support.registry_server import RegistryServer

ROOT = Path(__file__).parent.parent.parent


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
