"""A registry with TLS and authentication, run as a container for the tests of publishing."""

import base64
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from imagebuild import trust
from imagebuild.build import buildx_command
from imagebuild.engine.engine import Engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from tests.support.peer import make_authority
from tests.support.wait import wait_until

if TYPE_CHECKING:
    from docker.models.containers import Container

SOURCE = Path(__file__).with_name("registry")
USER, PASSWORD = "user", "a-password-of-the-tests"
PORT = 5000
CONFIGURATION = """\
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: /var/lib/registry}}
auth: {htpasswd: {realm: tests, path: /tmp/htpasswd}}
http: {addr: ":5000", tls: {certificate: /tmp/authority.pem, key: /tmp/key.pem}}
"""
HASH = ["perl", "-e", "print crypt(shift, shift)", PASSWORD, "$2b$05$abcdefghijklmnopqrstuu"]


@dataclass(frozen=True)
class RegistryServer:
    """A registry at `host` (`localhost:PORT`); `environment` makes clients trust it and log in.

    `wrong` is such an environment with a password that the registry refuses.
    """

    container: "Container"
    host: str
    environment: Mapping[str, str]
    wrong: Mapping[str, str]

    def start(self) -> None:
        """Start the registry and wait until it accepts connections."""
        self.container.start()
        url, trusted = f"https://{self.host}/v2/", self.environment["SSL_CERT_FILE"]
        context = ssl.create_default_context(cafile=trusted)
        wait_until(lambda: httpx.get(url, verify=context).status_code == 401, 30, "the registry")

    def stop(self) -> None:
        """End the registry as a crash does; what was pushed stays."""
        self.container.kill()
        self.container.wait()


@contextmanager
def running(engine: Engine, base: str, folder: Path) -> Iterator[RegistryServer]:
    """Run a registry made on the image `base` and yield it; `folder` is for certificates."""
    tag = "function-runtimes/tests-registry"
    command = buildx_command.of_folder(
        engine.buildx, SOURCE, tag, {"BASE": base}, trust.ca_bundle(), ["--load"]
    )
    Processes().run(command, environment=engine.environment)
    client = containers.connect(engine.host)
    hashed = client.containers.run(tag, HASH, remove=True, labels=containers.temporary())
    key, authority = make_authority()
    files = {
        "tmp/config.yml": CONFIGURATION.encode(),
        "tmp/key.pem": key,
        "tmp/authority.pem": authority,
        "tmp/htpasswd": f"{USER}:".encode() + hashed,
    }
    with socket.create_server(("127.0.0.1", 0)) as free:  # the same after a restart
        port = free.getsockname()[1]
    serve = ["docker-registry", "serve", "/tmp/config.yml"]
    ports = {f"{PORT}/tcp": ("127.0.0.1", port)}
    with containers.created(client, tag, command=serve, ports=ports) as container:
        container.put_archive("/", containers.archive(files))
        (folder / "authority.pem").write_bytes(authority)
        host = f"localhost:{port}"
        right, wrong = (
            {
                "SSL_CERT_FILE": str(folder / "authority.pem"),
                "DOCKER_CONFIG": str(_log_in(folder / name, host, password)),
            }
            for name, password in (("right", PASSWORD), ("wrong", "another"))
        )
        server = RegistryServer(container, host, right, wrong)
        server.start()
        yield server
    client.close()


def _log_in(folder: Path, host: str, password: str) -> Path:
    """Write docker's configuration with a password for `host` and return its folder."""
    folder.mkdir()
    secret = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": secret}}}))
    return folder
