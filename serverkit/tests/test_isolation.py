"""The wall between the shim's packages and the function's."""

import ast
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
sys.path.insert(0, {source!r})
import bottle, cheroot.server, serverkit.zygote
from serverkit.isolation import isolate
isolate([{user!r}])
mine = bottle
{code}
"""


def run(user: Path, code: str) -> str:
    """Run code behind the wall, in a process of its own."""
    source = str(Path(__file__).parents[1] / "src")
    program = PROGRAM.format(source=source, user=str(user), code=code)
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.stderr == ""
    return found.stdout.strip()


def test_shim_module(tmp_path: Path) -> None:
    """Where the function has no module of a name, it gets the shim's own."""
    assert run(tmp_path, "import bottle; print(bottle is mine)") == "True"
    code = "import cheroot.server as s; print('cheroot.server' in sys.modules)"
    assert run(tmp_path, code) == "True"


def test_own_module(tmp_path: Path) -> None:
    """Where it has one, it gets that, whole packages included."""
    (tmp_path / "bottle.py").write_text("__version__ = 'own'")
    (tmp_path / "cheroot").mkdir()
    (tmp_path / "cheroot/__init__.py").touch()
    (tmp_path / "cheroot/server.py").write_text("name = 'own'")
    code = "import bottle; print(bottle.__version__, bottle is mine)"
    assert run(tmp_path, code) == "own False"
    assert run(tmp_path, "import cheroot.server as s; print(s.name)") == "own"
    code = "try: import cheroot.wsgi\nexcept ModuleNotFoundError: print('not found')"
    assert run(tmp_path, code) == "not found"


def test_path(tmp_path: Path) -> None:
    """The function's folders come first, the shim's is gone."""
    found = run(tmp_path, "print(sys.path)")
    assert found.startswith(f"['{tmp_path}'")
    assert str(Path(__file__).parents[1] / "src") not in ast.literal_eval(found)
