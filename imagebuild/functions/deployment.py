"""A function deployed for the time of a `with` block: volume, phases, runtime, URL."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imagebuild.catalog.catalog import Image
from imagebuild.functions import containers, phases
from imagebuild.functions.runtime_container import Server

if TYPE_CHECKING:
    from docker import DockerClient


def images(image: Image) -> list[Image]:
    """Return the runtime `image` and those that the phases of its language run in."""
    variants = [phase.variant for phase in image.language_entry.kubeless.phases.values()]
    return [phases.of_variant(image, name) for name in dict.fromkeys([image.variant, *variants])]


@contextmanager
def prepared(
    client: "DockerClient", image: Image, function: phases.Function, *, prefix: str
) -> Iterator[str]:
    """Put `function` through its phases and yield the name of its volume, removed at the end."""
    volume = f"function-{uuid.uuid4().hex[:12]}"
    client.volumes.create(volume, labels=containers.temporary())
    try:
        phases.prepare(client, image, function, prefix=prefix, volume=volume)
        yield volume
    finally:
        containers.remove_volume(client, volume)


@contextmanager
def deployed(
    client: "DockerClient", host: str, image: Image, function: phases.Function, *, prefix: str
) -> Iterator[str]:
    """Prepare and start `function` and yield its URL; leaves nothing behind."""
    with prepared(client, image, function, prefix=prefix) as volume:
        server = Server(client, host, image.tag(prefix), volume)
        try:
            yield server.start(function)
        finally:
            server.stop()
