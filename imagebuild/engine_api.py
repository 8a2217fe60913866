"""The engine's HTTP interface: a few calls that must be fast, without starting a program."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote, urlsplit

from imagebuild.errors import EngineError

TIMEOUT_SECONDS = 30.0
OLDEST_VERSION = (23, 0)
"""Engines before 23.0 have a BuildKit without SOURCE_DATE_EPOCH and heredocs."""


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection through a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def call(
    host: str,
    path: str,
    query: dict[str, str] | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> Any:
    """GET `path` of the engine at `host` (`unix://...`, `tcp://...`) and return the JSON.

    None when there is no such object (404). Raises OSError when nothing answers there.
    """
    arguments = "&".join(f"{name}={quote(value)}" for name, value in (query or {}).items())
    connection = _connection(host, timeout)
    try:
        connection.request("GET", f"{path}?{arguments}" if arguments else path)
        response = connection.getresponse()
        body = response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"no HTTP answer from {host}: {error!r}") from error
    finally:
        connection.close()
    if response.status == http.client.NOT_FOUND:
        return None
    if response.status != http.client.OK:
        raise _refused(host, path, response.status, body)
    return json.loads(body)


@contextmanager
def stream(host: str, path: str) -> Iterator[IO[bytes]]:
    """GET `path` of the engine at `host` and yield the body as it comes."""
    connection = _connection(host, TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise _refused(host, path, response.status, response.read())
        yield response
    finally:
        connection.close()


def version(host: str, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Return the version of the engine at `host`, None when nothing answers there."""
    try:
        answer = call(host, "/version", timeout=timeout)
    except OSError:
        return None
    return str(answer["Version"]) if answer else None


def check_version(host: str, found: str) -> None:
    """Raise EngineError when an engine of version `found` can't build our images."""
    numbers = tuple(int(part) for part in found.split("+")[0].split("-")[0].split(".")[:2])
    if numbers < OLDEST_VERSION:
        raise EngineError(
            f"the engine at `{host}` is too old: found `{found}`, whose BuildKit lacks features "
            f"that our Dockerfiles use; {OLDEST_VERSION[0]}.{OLDEST_VERSION[1]} or newer is needed",
            "update it, or stop it and unset DOCKER_HOST: then one is started for you (as root)",
        )


def _refused(host: str, path: str, status: int, body: bytes) -> EngineError:
    return EngineError(
        f"the engine at `{host}` answered {status} to `{path}`: "
        + body.decode(errors="replace").strip()
    )


def _connection(host: str, timeout: float) -> http.client.HTTPConnection:
    address = urlsplit(host)
    if address.scheme == "unix":
        return _UnixConnection(address.path, timeout)
    if address.scheme in ("tcp", "http") and address.hostname:
        return http.client.HTTPConnection(address.hostname, address.port or 2375, timeout=timeout)
    raise EngineError(
        f"can't talk to the engine at `{host}`",
        "`unix://` and `tcp://` are supported; for another, forward its socket: "
        "`ssh -L /tmp/docker.sock:/var/run/docker.sock HOST`",
    )
