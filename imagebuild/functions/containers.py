"""Containers and volumes for functions: files are copied in, since an engine may be elsewhere."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from imagebuild.errors import BuildError
from imagebuild.functions import process_owner

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

USER = 1000
"""User of phases and runtimes; also the group that owns the install volume (fsGroup)."""

LABEL = "function-runtimes.temporary"
"""Label of containers and volumes that only live as long as one command."""

REQUEST_SECONDS = 600


def connect(host: str) -> "DockerClient":
    """Return the docker SDK's client of the engine at `host` (a DOCKER_HOST value).

    What killed commands have left there is removed first.
    """
    import docker

    client = docker.DockerClient(base_url=host, timeout=REQUEST_SECONDS)
    remove_leftovers(client)
    return client


def temporary() -> dict[str, str]:
    """Return the label of what lives as long as this process; it says which one that is."""
    return {LABEL: process_owner.here()}


def remove_leftovers(client: "DockerClient") -> None:
    """Remove what processes of this machine left that were killed: containers, then volumes."""
    from docker.errors import APIError

    wanted: dict[str, Any] = {"label": LABEL}
    left: list[Any] = [
        *client.containers.list(all=True, sparse=True, filters=wanted),
        *client.volumes.list(filters=wanted),
    ]
    for each in left:
        if process_owner.has_ended((each.attrs["Labels"] or {}).get(LABEL, "")):
            with suppress(APIError):  # another process was faster
                each.remove(force=True)


def archive(files: Mapping[str, bytes], *, mode: int = 0o664, folder: str = "") -> bytes:
    """Return a tar of `files` by path, to be unpacked in `/`, for the user that functions run as.

    The paths are relative to `folder`, which gets the group and mode that fsGroup gives a volume.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        if folder:
            volume = tarfile.TarInfo(folder.strip("/"))
            volume.type, volume.mode, volume.gid = tarfile.DIRTYPE, 0o2775, USER
            tar.addfile(volume)
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}".strip("/"))
            member.size, member.mode, member.uid, member.gid = len(content), mode, USER, USER
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def copy_to_volume(
    client: "DockerClient",
    image: str,
    volume: str,
    mount: str,
    files: Mapping[str, bytes],
    **options: Any,
) -> None:
    """Write `files` into `volume`, through a container of `image` that never runs."""
    mounts = {volume: {"bind": mount, "mode": "rw"}}
    with created(client, image, volumes=mounts, **options) as container:
        container.put_archive("/", archive(files, folder=mount))


def remove_volume(client: "DockerClient", volume: str) -> None:
    """Remove `volume`, after the containers on it that nobody knows of.

    Ctrl-C may come while the engine makes one: it is there then, and its ID never arrived.
    """
    from docker.errors import APIError

    on_it: dict[str, Any] = {"volume": volume}
    for container in client.containers.list(all=True, sparse=True, filters=on_it):
        with suppress(APIError):
            container.remove(force=True, v=True)
    client.volumes.get(volume).remove(force=True)


@contextmanager
def created(client: "DockerClient", image: str, **options: Any) -> "Iterator[Container]":
    """Create a container that isn't started yet, and remove it, running or not, at the end.

    Raises BuildError when the engine has no such image.
    """
    from docker.errors import ImageNotFound, NotFound

    labels = {**temporary(), **options.pop("labels", {})}
    try:
        container = client.containers.create(image, labels=labels, **options)
    except ImageNotFound as error:
        raise BuildError(
            f"the engine has no image `{image}`", "run `./build.py build`, or name another image"
        ) from error
    try:
        yield container
    finally:
        with suppress(NotFound):
            container.remove(force=True, v=True)
