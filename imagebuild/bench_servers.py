"""The servers of a bench as running containers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from imagebuild import containers, deployment, example_calls, phases
from imagebuild.bench_result import COMPARISONS, OURS, SERVERS
from imagebuild.catalog import Catalog, Image
from imagebuild.errors import TestsFailedError
from imagebuild.examples import Answer, Call, Request
from imagebuild.server import PORT

if TYPE_CHECKING:
    from docker import DockerClient

FUNCTIONS = {
    "hello": Call(request=Request(method="GET"), answer=Answer(body="hello world")),
    "sleep": Call(request=Request(json_body={"seconds": 0.01}), answer=Answer(body="slept")),
}
"""What is measured: the requests are those of bench/load.lua."""

START_SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """A running server: its container, and its URL from here."""

    container: str
    url: str


@contextmanager
def _started(
    client: "DockerClient",
    host: str,
    image: str,
    environment: Mapping[str, str],
    volumes: Mapping[str, Mapping[str, str]],
) -> Iterator[Target]:
    """Start a server of `image` on the engine at `host`; it is removed at the end."""
    address = urlsplit(host).hostname
    with containers.created(
        client,
        image,
        environment=dict(environment),
        volumes=dict(volumes),
        ports={f"{PORT}/tcp": ("0.0.0.0" if address else "127.0.0.1", None)},  # noqa: S104
        log_config={"type": "none"},  # writing the log is measured, the engine's keeping is not
    ) as container:
        container.start()
        container.reload()
        port = (container.ports[f"{PORT}/tcp"] or [{}])[0]["HostPort"]
        yield Target(str(container.id), f"http://{address or '127.0.0.1'}:{port}")


def _wait(target: Target, function: str) -> None:
    """Wait until the server answers `function` as it should. Raises TestsFailedError."""
    import httpx

    call = FUNCTIONS[function]
    deadline = time.monotonic() + START_SECONDS
    found = ["no answer"]
    while found and time.monotonic() < deadline:
        try:
            found = example_calls.send(target.url, call.request).differences(call.answer)
        except httpx.HTTPError as error:
            found = [str(error)]
        time.sleep(0.1)
    if found:
        raise TestsFailedError(f"no right answer to `{function}`: {', '.join(found)}")


@contextmanager
def running(
    client: "DockerClient",
    host: str,
    catalog: Catalog,
    image: Image,
    tags: Mapping[str, str],
    function: str,
) -> Iterator[dict[str, Target]]:
    """Run the three servers with `function` (ours: the reference function of that name)."""
    ours = _reference_function(catalog, image, function)
    settings = {"MOD_NAME": ours.module, "FUNC_HANDLER": ours.handler}
    prefix = tags[OURS].rpartition("/")[0]
    with ExitStack() as stack:
        volume = stack.enter_context(deployment.prepared(client, image, ours, prefix=prefix))
        mounts = {volume: {"bind": phases.MOUNT, "mode": "ro"}}
        environments = {name: {"FUNCTION": function} for name in COMPARISONS} | {OURS: settings}
        targets = {}
        for name in SERVERS:
            server = _started(
                client, host, tags[name], environments[name], mounts if name == OURS else {}
            )
            targets[name] = stack.enter_context(server)
            _wait(targets[name], function)
        yield targets


def _reference_function(catalog: Catalog, image: Image, name: str) -> phases.Function:
    """Return the reference function `name`, which is one word, as it is deployed."""
    fixtures = image.language_entry.fixtures
    forms = {"snake": name, "kebab": name, "pascal": name.capitalize()}
    file = fixtures.file.format(**forms)
    content = (catalog.root / image.folder / "fixtures" / file).read_bytes()
    module, handler = fixtures.module.format(**forms), fixtures.handler.format(**forms)
    return phases.Function(module, handler, {file: content})
