"""Requirements that are named by their git repositories."""

import pytest

from tests.support import git_server
from tests.support.runtime import Runtime

BACKEND = b"""
import pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name, info = "greeting-1.0-py3-none-any.whl", "greeting-1.0.dist-info"
    files = {
        "greeting.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return name
"""
PROJECT = b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@pytest.mark.variant("standard")  # the phases are those of all variants
def test_requirement_from_git(runtime: Runtime) -> None:
    """A phase installs a requirement from its git repository, at the tag that is named."""
    tag = f"{runtime.tag}-install"
    files = {"pyproject.toml": PROJECT, "backend.py": BACKEND}
    manifest = f"greeting @ git+{git_server.REPOSITORY}@v1\n".encode()
    with git_server.running(runtime.engine, tag, files) as network:
        prepared = runtime.phases(
            "hello", files={"requirements.txt": manifest}, network_mode=network
        )
    assert prepared.results[0].exit_code == 0, prepared.results[0].stderr
    assert any(name.endswith("site-packages/greeting.py") for name in prepared.files)
