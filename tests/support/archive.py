"""Files from containers as tar archives: nothing is ever mounted from the machine."""

import io
import tarfile


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
