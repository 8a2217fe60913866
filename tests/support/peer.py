"""Servers that a language's own tests need beside its phases: a private package index, say."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.support.containers import Engine

START_SECONDS = 60
FOLDER = "/tmp"


@dataclass(frozen=True)
class Peer:
    """A running server: the network mode to reach it as `localhost`, and what it has printed."""

    network: str
    output: str


@contextmanager
def running(
    engine: Engine, image: str, files: Mapping[str, bytes], *, command: Sequence[str], ready: str
) -> Iterator[Peer]:
    """Run a server of `image` with `files` in FOLDER until it has printed `ready`, a pattern.

    Raises TimeoutError or RuntimeError, with its log, when it doesn't come up.
    """
    testcontainers_config.tc_properties["tc.host"] = engine.host
    testcontainers_config.ryuk_disabled = True  # the labels do that, for what is killed too
    container = DockerContainer(image, labels=engine.labels).waiting_for(
        LogMessageWaitStrategy(ready).with_startup_timeout(START_SECONDS)
    )
    if command:
        container.with_command(list(command))
    for name, content in files.items():
        container.with_copy_into_container(content, f"{FOLDER}/{name}")
    with container:
        output = container.get_logs()[0].decode()
        yield Peer(f"container:{container.get_container_id()}", output)


def make_authority() -> tuple[bytes, bytes]:
    """Return a new key and a certificate for `localhost` that it has signed itself, as PEM."""
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", "key.pem", "-out", "authority.pem"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        command = ["openssl", *options.split(), *names, *files]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (folder / "key.pem").read_bytes(), (folder / "authority.pem").read_bytes()
