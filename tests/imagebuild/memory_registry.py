"""A stand-in for a container registry."""

import hashlib
import json
from pathlib import Path

from imagebuild.process import Processes
from imagebuild.release.registry import Registry

CONFIGURATION = json.dumps(
    {
        "os": "linux",
        "architecture": "arm64",
        "config": {"Labels": {"function-runtimes.content-key": "the-key"}},
    }
)


class MemoryRegistry(Registry):
    """A registry that holds manifests by reference, as text, and counts what is written."""

    def __init__(self) -> None:
        super().__init__(Processes())
        self.manifests: dict[str, str] = {}
        self.written: list[str] = []

    def manifest(self, reference: str) -> str | None:
        """Return the manifest, by tag or digest."""
        repository, at, digest = reference.partition("@")
        if not at:
            return self.manifests.get(reference)
        held = [text for name, text in self.manifests.items() if name.startswith(f"{repository}:")]
        return next((text for text in held if digest_of(text) == digest), None)

    def tags(self, repository: str) -> list[str]:
        """Return the tags of `repository`."""
        start = f"{repository}:"
        return [name.removeprefix(start) for name in self.manifests if name.startswith(start)]

    def config(self, reference: str) -> str | None:
        """Return a configuration with labels, the same for all images."""
        return CONFIGURATION if self.manifest(reference) else None

    def upload(self, archive: Path, reference: str) -> None:
        """Take the text of the file `archive` for the manifest."""
        self._put(reference, archive.read_text(encoding="utf-8"))

    def copy(self, source: str, target: str) -> None:
        """Let the tag point elsewhere."""
        text = self.manifest(source)
        assert text is not None
        self._put(target, text)

    def _put(self, reference: str, text: str) -> None:
        self.manifests[reference] = text
        self.written.append(reference)


def digest_of(text: str) -> str:
    """Return the digest of a manifest."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
