"""Reads an OCI archive: the digest of its image, its configuration, the files of its layers."""

import hashlib
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.LNKTYPE: "hard link",
}

Attributes = Mapping[str, object]


@dataclass(frozen=True)
class Contents:
    """An image: its digest, its configuration, and for each layer the attributes of its files."""

    digest: str
    config: dict[str, Any]
    layers: tuple[Mapping[str, Attributes], ...]


def read(path: Path) -> Contents:
    """Return what is in the OCI archive `path`, which holds one image."""
    with tarfile.open(path) as archive:
        (manifest,) = _json(archive, "index.json")["manifests"]
        content = _json(archive, _blob(manifest["digest"]))
        config = _json(archive, _blob(content["config"]["digest"]))
        layers = tuple(_layer(archive, each["digest"]) for each in content["layers"])
    return Contents(manifest["digest"], config, layers)


def _layer(archive: tarfile.TarFile, digest: str) -> dict[str, Attributes]:
    stream = archive.extractfile(_blob(digest))
    with tarfile.open(fileobj=stream, mode="r|*") as layer:
        return {member.name: _attributes(layer, member) for member in layer}


def _attributes(layer: tarfile.TarFile, member: tarfile.TarInfo) -> Attributes:
    stream = layer.extractfile(member) if member.isfile() else None
    content = hashlib.sha256()
    while stream and (chunk := stream.read(1 << 20)):
        content.update(chunk)
    return {
        "kind": KINDS.get(member.type, "device"),
        "mode": oct(member.mode),
        "owner": f"{member.uid}:{member.gid}",
        "time": int(member.mtime),
        "target": member.linkname,
        "content": content.hexdigest() if stream else "",
    }


def _json(archive: tarfile.TarFile, name: str) -> Any:
    stream = archive.extractfile(name)
    return json.load(stream) if stream else {}


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
