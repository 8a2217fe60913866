"""The engine's HTTP interface: a few calls that must be fast, without starting a program."""

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlencode

from imagebuild.engine.connection import connect
from imagebuild.errors import EngineError

TIMEOUT_SECONDS = 30.0
EXPORT_SECONDS = 600.0
"""How long an export may keep silent: a busy engine first reads and packs whole layers."""

OLDEST_VERSION = (23, 0)
"""Engines before 23.0 have a BuildKit without SOURCE_DATE_EPOCH and heredocs."""


def call(
    host: str, path: str, query: Mapping[str, str] | None = None, *, method: str = "GET"
) -> Any:
    """Ask the engine at `host` (`unix://...`, `tcp://...`) for `path` and return the JSON.

    None when there is no such object (404) or nothing in the answer. Raises EngineError when
    nothing answers there, or the engine refuses.
    """
    with _told(host, path):
        return _call(host, path, query or {}, method, TIMEOUT_SECONDS)


@contextmanager
def stream(host: str, path: str) -> Iterator[IO[bytes]]:
    """GET `path` of the engine at `host` and yield the body as it comes. Raises EngineError."""
    connection = connect(host, EXPORT_SECONDS)
    try:
        with _told(host, path):
            connection.request("GET", path)
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise _refused(host, path, response.status, response.read())
            yield response
    finally:
        connection.close()


def version(host: str, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Return the version of the engine at `host`, None when nothing answers there.

    Raises EngineError when this user may not ask it.
    """
    try:
        answer = _call(host, "/version", {}, "GET", timeout)
    except PermissionError as error:
        raise EngineError(
            f"the engine at `{host}` may not be used by this user",
            "put the user into the group `docker`, log in again, and run this once more",
        ) from error
    except (OSError, http.client.HTTPException):
        return None
    return str(answer["Version"]) if answer else None


def check_version(host: str, found: str) -> None:
    """Raise EngineError when an engine of version `found` can't build our images.

    One without a number, such as `dev`, was made from sources and is taken for a new one.
    """
    numbers = re.match(r"v?(\d+)\.(\d+)", found)
    if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST_VERSION:
        raise EngineError(
            f"the engine at `{host}` is too old: found `{found}`, whose BuildKit lacks features "
            f"that our Dockerfiles use; {OLDEST_VERSION[0]}.{OLDEST_VERSION[1]} or newer is needed",
            "update it, or stop it and unset DOCKER_HOST: then one is started for you (as root)",
        )


@contextmanager
def _told(host: str, path: str) -> Iterator[None]:
    """Make an EngineError of a connection that fails in the block."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(
            f"the engine at `{host}` did not answer `{path}`: {error or repr(error)}",
            "see whether it runs: `docker version`, `./build.py engine`",
        ) from error


def _call(host: str, path: str, query: Mapping[str, str], method: str, timeout: float) -> Any:
    connection = connect(host, timeout)
    try:
        connection.request(method, f"{path}?{urlencode(query)}" if query else path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status == http.client.NOT_FOUND:
        return None
    if response.status >= http.client.MULTIPLE_CHOICES:
        raise _refused(host, path, response.status, body)
    return json.loads(body) if body else None


def _refused(host: str, path: str, status: int, body: bytes) -> EngineError:
    return EngineError(
        f"the engine at `{host}` answered {status} to `{path}`: "
        + body.decode(errors="replace").strip()
    )
