"""Takes an image out of the engine as an OCI archive, whose manifest is that of the image."""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from imagebuild.engine import api
from imagebuild.errors import EngineError

CHUNK = 1 << 20


@dataclass(frozen=True)
class Archive:
    """An OCI archive with one image, and the digest of its manifest."""

    path: Path
    digest: str


@contextmanager
def exported(host: str, tag: str, folder: Path) -> Iterator[Archive]:
    """Yield the image `tag` of the engine at `host` as an archive in `folder`, removed at the end.

    Raises EngineError when the engine exports no OCI layout; a full disk raises OSError.
    """
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as name:
        path = Path(name) / "image.tar"
        with api.stream(host, f"/images/{quote(tag, safe='')}/get") as stream:
            with open(path, "wb") as file:
                shutil.copyfileobj(stream, file, CHUNK)
        yield Archive(path, _digest(path, tag))


def _digest(path: Path, tag: str) -> str:
    try:
        with tarfile.open(path) as archive:
            content = archive.extractfile("index.json")
            manifests = json.load(content)["manifests"] if content else []
            (manifest,) = manifests
            return str(manifest["digest"])
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise EngineError(
            f"the engine did not export `{tag}` as one OCI image: {error}",
            "an engine of version 25 or newer does; see `docker version`",
        ) from error
