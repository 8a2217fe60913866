"""The servers of a bench as running containers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagebuild.bench.result import BEFORE, OURS
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import TestsFailedError
from imagebuild.functions import containers, deployment, phases
from imagebuild.functions.example_calls import Received, body_of
from imagebuild.functions.examples import Answer, Call, Request
from imagebuild.functions.runtime_container import PORT

if TYPE_CHECKING:
    from docker import DockerClient

FUNCTIONS = {
    "hello": Call(request=Request(method="GET"), answer=Answer(body="hello world")),
    "sleep": Call(request=Request(json_body={"seconds": 0.01}), answer=Answer(body="slept")),
}
"""What is measured: the requests are those of bench/load.lua."""

START_SECONDS = 60.0
POLL_SECONDS = 0.002


@dataclass(frozen=True)
class Launch:
    """How a server is started: image, environment and volumes."""

    image: str
    environment: Mapping[str, str]
    volumes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A running server: its container, and the time that it took to its first right answer."""

    container: str
    start_seconds: float = 0.0


@contextmanager
def prepared(
    client: "DockerClient", catalog: Catalog, image: Image, tags: Mapping[str, str], function: str
) -> Iterator[dict[str, Launch]]:
    """Yield how each server of `tags` is started with `function`.

    Ours, now and before, get the reference function of that name, each put through its own phases.
    """
    ours = _reference_function(catalog, image, function)
    settings = {"MOD_NAME": ours.module, "FUNC_HANDLER": ours.handler}
    with ExitStack() as stack:
        launches = {}
        for name, tag in tags.items():
            if name in (OURS, BEFORE):
                prefix = tag.rpartition("/")[0]
                deployed = deployment.prepared(client, image, ours, prefix=prefix)
                mounts = {stack.enter_context(deployed): {"bind": phases.MOUNT, "mode": "ro"}}
                launches[name] = Launch(tag, settings, mounts)
            else:
                launches[name] = Launch(tag, {"FUNCTION": function})
        yield launches


@contextmanager
def started(client: "DockerClient", host: str, launch: Launch, call: Call) -> Iterator[Target]:
    """Start a server on the engine at `host`, wait for its first right answer; removed at the end.

    Raises TestsFailedError when no right answer comes.
    """
    address = urlsplit(host).hostname
    with containers.created(
        client,
        launch.image,
        environment=dict(launch.environment),
        volumes=dict(launch.volumes),
        ports={f"{PORT}/tcp": ("0.0.0.0" if address else "127.0.0.1", None)},  # noqa: S104
        log_config={"type": "none"},  # writing the log is measured, the engine's keeping is not
    ) as container:
        container.start()
        container.reload()
        port = int((container.ports[f"{PORT}/tcp"] or [{}])[0]["HostPort"])
        answered = _first_answer(address or "127.0.0.1", port, call)
        began = datetime.fromisoformat(container.attrs["State"]["StartedAt"])
        yield Target(str(container.id), (answered - began).total_seconds())


def _first_answer(host: str, port: int, call: Call) -> datetime:
    """Return when the server gave its first right answer."""
    deadline = time.monotonic() + START_SECONDS
    found = ["no answer"]
    while time.monotonic() < deadline:
        try:
            found = _send(host, port, call.request).differences(call.answer)
        except (OSError, HTTPException) as error:
            found = [str(error)]
        if not found:
            return datetime.now(UTC)
        time.sleep(POLL_SECONDS)
    raise TestsFailedError(f"no right answer in {START_SECONDS:.0f} s: {', '.join(found)}")


def _send(host: str, port: int, request: Request) -> Received:
    """Send `request` on a connection of its own, with less ado than httpx: starts are timed."""
    connection = HTTPConnection(host, port, timeout=START_SECONDS)
    try:
        content, headers = body_of(request)
        connection.request(request.method, request.path, content, headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Received(answer.status, named, answer.read().decode(errors="replace"))
    finally:
        connection.close()


def _reference_function(catalog: Catalog, image: Image, name: str) -> phases.Function:
    """Return the reference function `name`, which is one word, as it is deployed."""
    fixtures = image.language_entry.fixtures
    forms = {"snake": name, "kebab": name, "pascal": name.capitalize()}
    file = fixtures.file.format(**forms)
    content = (catalog.root / image.folder / "fixtures" / file).read_bytes()
    module, handler = fixtures.module.format(**forms), fixtures.handler.format(**forms)
    return phases.Function(module, handler, {file: content})
