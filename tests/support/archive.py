"""Files to and from containers as tar archives: nothing is ever mounted from the machine."""

import io
import tarfile
from collections.abc import Mapping

FUNCTION_USER = 1000
"""uid and gid of what Kubernetes writes with `runAsUser: 1000` and `fsGroup: 1000`."""


def pack(
    folder: str, files: Mapping[str, bytes], folder_mode: int = 0o2775, mode: int = 0o666
) -> bytes:
    """Return an archive, to be unpacked in `/`, with `files` (paths in `folder`) and `folder`."""
    buffer = io.BytesIO()
    name = folder.strip("/")
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = _owned(tarfile.TarInfo(name), folder_mode)
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
        for path, content in files.items():
            entry = _owned(tarfile.TarInfo(f"{name}/{path}"), mode)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def unpack_one(content: bytes) -> bytes:
    """Return the content of the first regular file of an archive."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            if file:
                return file.read()
    return b""


def names(content: bytes) -> list[str]:
    """Return the paths in an archive, without its first folder."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


def _owned(entry: tarfile.TarInfo, mode: int) -> tarfile.TarInfo:
    entry.uid = entry.gid = FUNCTION_USER
    entry.mode = mode
    return entry
