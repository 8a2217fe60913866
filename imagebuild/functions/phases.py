"""Runs the phases of a function (installation, compilation) as init containers would.

Shared by `build.py run` and the contract suite: both put a function into a docker volume.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imagebuild.catalog.catalog import Image
from imagebuild.catalog.model import Phase
from imagebuild.errors import BuildError
from imagebuild.functions import containers
from imagebuild.process_errors import last_lines

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

MOUNT = "/kubeless"
AUTHORITIES = "/run/secrets/ca-bundle"


@dataclass(frozen=True)
class Function:
    """A function as it is deployed: module and handler, and the files of the install volume.

    `files` maps paths in the volume to contents; the language's manifest of dependencies
    (`Kubeless.depName`) is one of them if the function has any. `environment` is added to each
    phase's, `authorities` is a CA bundle for its package client (named by SSL_CERT_FILE there).
    """

    module: str
    handler: str
    files: Mapping[str, bytes]
    environment: Mapping[str, str] = field(default_factory=dict)
    authorities: bytes | None = None


def prepare(
    client: "DockerClient",
    image: Image,
    function: Function,
    *,
    prefix: str,
    volume: str,
    install: bool = True,
) -> str:
    """Copy the function into `volume`, run the phases of `image`'s language, return their output.

    The installation runs if the function has a manifest, and not when `install` is false (the
    volume then has its dependencies already). Raises BuildError with the end of the output.
    """
    copier = image.tag(prefix)
    containers.copy_to_volume(client, copier, volume, MOUNT, function.files)
    output = ""
    installs = install and image.language_entry.kubeless.depName in function.files
    for name, phase in wanted(image, installs=installs):
        mounts = {volume: MOUNT}
        with started(client, image, function, phase, prefix=prefix, volumes=mounts) as container:
            code = container.wait()["StatusCode"]
            printed = container.logs().decode(errors="replace")
        if code:
            tag = of_variant(image, phase.variant).tag(prefix)
            raise BuildError(
                f"the {name} of `{function.module}` ended with {code} in `{tag}`:\n"
                + last_lines(printed),
                "correct what the last lines say",
            )
        output += printed
    return output


def wanted(image: Image, *, installs: bool) -> list[tuple[str, Phase]]:
    """Return the phases to run, in order, by name: as in Kubeless, compilation always."""
    phases = image.language_entry.kubeless.phases
    names = ["installation"] if installs else []
    return [(name, phases[name]) for name in (*names, "compilation") if name in phases]


def of_variant(image: Image, variant: str) -> Image:
    """Return the image of another variant of the same version."""
    entry = image.language_entry
    version = image.version_entry
    return Image(image.language, image.version, variant, entry, version, entry.variants[variant])


def environment(image: Image, function: Function, phase: Phase) -> dict[str, str]:
    """Return the environment of a phase."""
    return {
        "KUBELESS_INSTALL_VOLUME": MOUNT,
        "KUBELESS_DEPS_FILE": f"{MOUNT}/{image.language_entry.kubeless.depName}",
        "KUBELESS_FUNC_NAME": function.handler,
        **({"SSL_CERT_FILE": AUTHORITIES} if function.authorities else {}),
        **phase.env,
        **function.environment,
    }


@contextmanager
def started(
    client: "DockerClient",
    image: Image,
    function: Function,
    phase: Phase,
    *,
    prefix: str,
    volumes: Mapping[str, str],
    **options: Any,
) -> "Iterator[Container]":
    """Start a phase as an init container does and yield the container, removed at the end.

    `volumes` maps what is mounted to places; `options` are the docker SDK's.
    """
    with containers.created(
        client,
        of_variant(image, phase.variant).tag(prefix),
        entrypoint=["sh", "-c"],
        command=[phase.command],
        user=str(containers.USER),
        group_add=[str(containers.USER)],
        environment=environment(image, function, phase),
        volumes={source: {"bind": place, "mode": "rw"} for source, place in volumes.items()},
        **options,
    ) as container:
        if function.authorities:
            bundle = {AUTHORITIES: function.authorities}
            container.put_archive("/", containers.archive(bundle, mode=0o444))
        container.start()
        yield container
