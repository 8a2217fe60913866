"""The compressed size of an image: what a machine that pulls it has to load."""

import json
import tarfile
import zlib
from typing import IO
from urllib.parse import quote

from imagebuild.engine import api
from imagebuild.errors import EngineError

CHUNK = 1 << 20
LARGEST_DESCRIPTION = 1 << 20
COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip and zstd begin."""


def compressed(host: str, tag: str) -> int:
    """Return the size of the layers of `tag` in bytes, as a registry would hold them.

    Reads the image as the engine exports it. An engine with the old image store exports plain
    layers; those are compressed here to see. Raises EngineError.
    """
    try:
        with api.stream(host, f"/images/{quote(tag, safe='')}/get") as stream:
            return layers_size(stream)
    except tarfile.TarError as error:
        raise EngineError(f"the engine did not export `{tag}` whole: {error}") from error


def layers_size(archive: IO[bytes]) -> int:
    """Return the compressed size of the layers in the tar `archive` of `docker save`."""
    sizes: dict[str, int] = {}
    manifest: list[dict[str, list[str]]] = []
    with tarfile.open(fileobj=archive, mode="r|") as members:
        for member in members:
            content = members.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            if member.name == "manifest.json":
                manifest = json.load(content)
            else:
                sizes[member.name] = _size(content, member.size)
    return sum(sizes[name] for name in dict.fromkeys(manifest[0]["Layers"]))


def _size(content: IO[bytes], size: int) -> int:
    start = content.read(4)
    if start.startswith(COMPRESSED) or size < LARGEST_DESCRIPTION:
        return size
    compressor = zlib.compressobj()
    total = len(compressor.compress(start))
    while chunk := content.read(CHUNK):
        total += len(compressor.compress(chunk))
    return total + len(compressor.flush())
