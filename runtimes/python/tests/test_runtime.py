"""What functions in Python find beside the contract."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.wait import wait_until


@pytest.mark.function("inspect", PYTHONPATH="/nowhere", PYTHONHASHSEED="7")
def test_variables_of_the_interpreter(server: Server) -> None:
    """The interpreter's variables are the function's, and don't reach the shim's own imports."""
    environment = server.get().json()["environment"]
    assert "/nowhere" in environment["PYTHONPATH"].split(":")
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


@pytest.mark.parametrize("name", ["pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock"])
@pytest.mark.variant("standard")
def test_lock_of_another_client(runtime: Runtime, name: str) -> None:
    """A lock file that isn't read is named, with what to do."""
    prepared = runtime.phases("hello", files={name: b""}, network_mode="none")
    assert f"`{name}` is not read" in prepared.results[0].stderr


def test_bytecode(runtime: Runtime) -> None:
    """Nothing has to be compiled at a start, which would take twice as long then."""
    command = ["-v", "-c", "import sys; sys.path.insert(0, '/opt/serverkit'); import serverkit"]
    ended = runtime.engine.run(runtime.tag, command, entrypoint="python3")
    origins = [line for line in ended.stderr.splitlines() if line.startswith("# code object from")]
    assert origins
    assert [line for line in origins if ".pyc" not in line] == []


@pytest.mark.function("inherited")
def test_after_the_fork(server: Server) -> None:
    """What the module has made is each worker's own: no number twice, no wake-up, no line lost."""
    with ThreadPoolExecutor(8) as clients:
        answers = [answer.json() for answer in clients.map(lambda _: server.get(), range(8))]
    for name in answers[0]["own"]:
        assert len({answer["own"][name] for answer in answers}) == len(answers), name
    seeded = {json.dumps(answer["seeded"]) for answer in answers}
    assert len(seeded) < len(answers)
    wait_until(lambda: server.stdout.count("line 5\n") == len(answers), 10, "all lines")


@pytest.mark.function("children", FUNC_TIMEOUT="20")
def test_children(server: Server) -> None:
    """Processes that the function starts import what it imports, whatever starts them."""
    response = server.get()
    assert (response.status_code, response.json()) == (201, {"found": [42] * 5}), server.stderr


@pytest.mark.function("parts", TZ="US/Pacific")
def test_parts_that_debian_packages_apart(server: Server) -> None:
    """Old names of time zones are there, and `distutils` in the versions of Python that have it."""
    assert server.get().json() == {"offset": -8.0, "zone": "PST"}
