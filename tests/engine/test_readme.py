import os
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from imagebuild.engine import engine as engines
from imagebuild.process import Processes
from tests.support.readme import COMMANDS, ENGINE, blocks
from tests.support.wait import wait_until

ROOT = Path(__file__).parent.parent.parent
SECONDS = 900
RUN = next(command for command in COMMANDS if command.startswith("./build.py run "))
OTHERS = ["make demo", *(c for c in COMMANDS if ENGINE.match(c) and c != RUN)]


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("command", OTHERS)
def test_command_of_the_readme_succeeds(command: str) -> None:
    """As it stands there, without a terminal, and it ends by itself."""
    ended = subprocess.run(
        shlex.split(command),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.fixture
def running(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The README's function, run by the README's command."""
    (source,) = blocks("python")
    name = shlex.split(RUN)[2]
    assert source.startswith(f"# {name}\n")
    (tmp_path / name).write_text(source, encoding="utf-8")
    command = [str(ROOT / "build.py"), *shlex.split(RUN)[1:]]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def url(process: "subprocess.Popen[str]") -> str:
    """Read the output of `run` up to the URL and return it."""
    seen = []
    assert process.stdout is not None
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"https?://\S+", line):
            return found[0]
    raise AssertionError("".join(seen))


@pytest.mark.timeout(SECONDS)
def test_run_answers_reloads_and_stops(running: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """The local loop: a call, a change, a call, Ctrl-C."""
    assert httpx.post(url(running), json={"name": "you"}).text == "hello, you"
    file = tmp_path / shlex.split(RUN)[2]
    file.write_text(file.read_text(encoding="utf-8").replace("hello", "bye"), encoding="utf-8")
    assert httpx.post(url(running)).text == "bye, world"
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 0


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[str]:
    """README's function in README's docker command, on a free port; yields that port."""
    _, command = blocks("bash")
    (source,) = blocks("python")
    (tmp_path / "hello.py").write_text(source, encoding="utf-8")
    tmp_path.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    engine = engines.connect(Processes(), ROOT)
    words = shlex.split(command.replace("$PWD", str(tmp_path)).replace("8080:", f"{port}:"))
    environment = {**os.environ, **engine.environment}
    with subprocess.Popen([*engine.docker, *words[1:]], env=environment) as process:
        yield port
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.timeout(SECONDS)
def test_docker_alone_runs_the_function(docker: str) -> None:
    """And README's call is answered."""
    curl, option, header, data, body, url = shlex.split(blocks("bash")[0].replace("PORT", docker))
    assert (curl, option, data) == ("curl", "-H", "-d")
    headers = dict([header.split(": ")])
    answer = wait_until(lambda: httpx.post(url, headers=headers, content=body), 60)
    assert answer.text == "hello, Ada"
