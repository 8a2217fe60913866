"""A function deployed for the time of a `with` block: volume, phases, runtime, URL."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imagebuild.catalog.catalog import Image
from imagebuild.functions import containers, phases
from imagebuild.functions.runtime_container import Server
from imagebuild.output import Output

if TYPE_CHECKING:
    from docker import DockerClient


def images(image: Image) -> list[Image]:
    """Return the runtime `image` and those that the phases of its language run in."""
    variants = [phase.variant for phase in image.language_entry.kubeless.phases.values()]
    return [phases.of_variant(image, name) for name in dict.fromkeys([image.variant, *variants])]


@contextmanager
def volume(client: "DockerClient") -> Iterator[str]:
    """Yield the name of a volume for a function, removed at the end."""
    name = f"function-{uuid.uuid4().hex[:12]}"
    client.volumes.create(name, labels=containers.temporary())
    try:
        yield name
    finally:
        containers.remove_volume(client, name)


@contextmanager
def prepared(
    client: "DockerClient", image: Image, function: phases.Function, *, prefix: str
) -> Iterator[str]:
    """Put `function` through its phases and yield the name of its volume, removed at the end."""
    with volume(client) as name:
        phases.prepare(client, image, function, prefix=prefix, volume=name)
        yield name


@contextmanager
def deployed(
    client: "DockerClient",
    host: str,
    image: Image,
    function: phases.Function,
    *,
    prefix: str,
    output: Output,
) -> Iterator[str]:
    """Prepare and start `function` and yield its URL; leaves nothing behind."""
    with prepared(client, image, function, prefix=prefix) as name:
        server = Server(client, host, image.tag(prefix), name, output)
        try:
            yield server.start(function)
        finally:
            server.stop()
