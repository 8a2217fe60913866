"""What functions in Python find beside the contract."""

import json

import pytest

from tests.support.runtime import Runtime
from tests.support.server import Server


@pytest.mark.function("inspect", PYTHONPATH="/nowhere", PYTHONHASHSEED="7")
def test_variables_of_the_interpreter(server: Server) -> None:
    """The interpreter's variables are the function's, and don't reach the shim's own imports."""
    environment = server.get().json()["environment"]
    assert environment["PYTHONPATH"] == "/nowhere"
    assert environment["PYTHONHASHSEED"] == "7"


@pytest.mark.function("respond")
def test_bottle_of_the_shim(server: Server) -> None:
    """`import bottle` works without a manifest, as it did on Kubeless."""
    order = {"status": 202, "headers": [["X-Own", "1"]], "body": json.dumps("text")}
    response = server.call(order)
    assert (response.status_code, response.headers["x-own"]) == (202, "1")


def test_phase_without_a_manifest(runtime: Runtime) -> None:
    """An installation without a manifest installs nothing."""
    prepared = runtime.phases("hello", network_mode="none")
    assert not any("site-packages" in name for name in prepared.files)


def test_bytecode(runtime: Runtime) -> None:
    """Nothing has to be compiled at a start, which would take twice as long then."""
    command = ["-v", "-c", "import sys; sys.path.insert(0, '/opt/serverkit'); import serverkit"]
    ended = runtime.engine.run(runtime.tag, command, entrypoint="python3")
    origins = [line for line in ended.stderr.splitlines() if line.startswith("# code object from")]
    assert origins
    assert [line for line in origins if ".pyc" not in line] == []
