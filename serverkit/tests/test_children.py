"""Processes that a function starts see what it sees, whatever starts them."""

import json
import sys
from pathlib import Path

import pytest

from serverkit.testing import Serve

WAYS = ("spawn", "forkserver", "fork")
POOL = """
import multiprocessing
from bottle import HTTPResponse
def double(n):
    return 2 * n
def handler(event, context):
    with multiprocessing.get_context({way!r}).Pool(1) as pool:
        return HTTPResponse({{"n": pool.apply(double, (21,))}}, status=201)
"""


def packages(folder: Path) -> Path:
    """Return the folder of the install volume in which packages are installed."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = folder / "lib" / version / "site-packages"
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("module", ["function", "my-function", "queue", "bottle", "v1.resize"])
def test_pool(serve: Serve, tmp_path: Path, way: str, module: str) -> None:
    """A pool of processes runs functions of a module of any name, which imports Bottle."""
    source = POOL.format(way=way)
    (tmp_path / f"{module}.py").write_text(source)
    server = serve(source, MOD_NAME=module, FUNC_TIMEOUT="15")
    if module != "function":
        (tmp_path / "function.py").unlink()
    reply = server.request()
    assert (reply.status, reply.body) == (201, b'{"n": 42}'), server.errors.read_text()


SCRIPT = """
import subprocess, sys
from pathlib import Path
SCRIPT = "import json, bottle, package, words; print(json.dumps([bottle.__file__, package.name]))"
def handler(event, context):
    return subprocess.run([sys.executable, "-c", SCRIPT], cwd="/", text=True,
                          stdout=subprocess.PIPE, check=True).stdout
"""


def test_script(serve: Serve, tmp_path: Path) -> None:
    """A program in Python imports packages, the function's helpers, and Bottle."""
    (packages(tmp_path) / "package.py").write_text("name = 'installed'")
    (tmp_path / "words.py").touch()
    file, name = json.loads(serve(SCRIPT).request().body)
    assert name == "installed"
    assert file.endswith("bottle.py")
    assert "for_children" not in file


def test_own_package(serve: Serve, tmp_path: Path) -> None:
    """It gets the Bottle that the function has installed, where it has one."""
    (packages(tmp_path) / "bottle.py").write_text("")
    (packages(tmp_path) / "package.py").write_text("name = 'installed'")
    (tmp_path / "words.py").touch()
    file, _ = json.loads(serve(SCRIPT).request().body)
    assert file == str(packages(tmp_path) / "bottle.py")


@pytest.mark.parametrize("module", ["queue", "bottle", "package"])
def test_name_of_another_module(serve: Serve, tmp_path: Path, module: str) -> None:
    """A function whose file has the name of another module doesn't take its place."""
    (packages(tmp_path) / "package.py").write_text("")
    source = f"import {module}\ndef handler(event, context): return {module}.__file__"
    (tmp_path / f"{module}.py").write_text(source)
    found = serve(source, MOD_NAME=module).request().body.decode()
    assert found
    assert found != str(tmp_path / f"{module}.py")
