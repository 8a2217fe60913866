"""Reads the files of an image in the engine, once, as a stream."""

import hashlib
import tarfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from imagebuild.engine import api
from imagebuild.functions import containers
from imagebuild.sbom import debian, languages
from imagebuild.sbom.languages import Module

if TYPE_CHECKING:
    from docker import DockerClient


@dataclass
class Files:
    """What was read: the MD5 of each file by path, dpkg's database, packages of languages."""

    sums: dict[str, str] = field(default_factory=dict)
    status: str = ""
    package_sums: dict[str, str] = field(default_factory=dict)
    modules: set[Module] = field(default_factory=set)

    def packages(self) -> list[debian.Package]:
        """Return the packages of dpkg's database, none where the image has no database."""
        return debian.installed(self.status, self.package_sums)


def read(client: "DockerClient", host: str, tag: str) -> Files:
    """Return what is in the image `tag`. Raises BuildError when the engine doesn't have it."""
    found = Files()
    # It never runs, so any command will do for an image that has none.
    with containers.created(client, tag, command=["none"]) as container:
        with api.stream(host, f"/containers/{container.id}/export") as stream:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isfile() else None
                    if content:
                        add(found, member.name, content)
    return found


def add(found: Files, path: str, content: IO[bytes]) -> None:
    """Note what the file at `path` tells; an empty one tells nothing of where it comes from."""
    data = content.read()
    if not data:
        return
    found.sums[debian.normal(path)] = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if path == debian.STATUS:
        found.status = data.decode(errors="replace")
    elif sums := debian.SUMS.fullmatch(path):
        found.package_sums[sums[1]] = data.decode(errors="replace")
    elif reader := languages.reader(path, data[:4]):
        found.modules.update(reader(path, data))
