"""A function as it is deployed to a cluster: its files, its settings, its name."""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagebuild.catalog.catalog import Image
from imagebuild.errors import UsageError

DEFAULT_TIMEOUT = 180.0
DEFAULT_CONCURRENCY = 128
DEFAULT_PORT = 8080
"""Of SPEC.md, "Settings"."""


@dataclass(frozen=True)
class Function:
    """A function of the runtime `image`: `files` by name, `settings` are its variables."""

    name: str
    image: Image
    module: str
    handler: str
    files: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def timeout(self) -> float:
        """Seconds a call may take."""
        return self._number("FUNC_TIMEOUT", DEFAULT_TIMEOUT)

    @property
    def grace(self) -> int:
        """Seconds a pod is given to end: above those of a drain, so none is cut off."""
        asked = self._number("FUNC_GRACE_PERIOD", self.timeout + 5)
        return math.ceil(max(asked, self.timeout)) + 5

    @property
    def port(self) -> int:
        """The port that the runtime listens on."""
        return int(self._number("FUNC_PORT", DEFAULT_PORT))

    @property
    def concurrency(self) -> int:
        """Most requests that are admitted at the same time."""
        return int(self._number("FUNC_CONCURRENCY", DEFAULT_CONCURRENCY))

    @property
    def has_dependencies(self) -> bool:
        """Whether there is a manifest of dependencies."""
        return self.image.language_entry.kubeless.depName in self.files

    @property
    def checksum(self) -> str:
        """A digest of the files: pods are replaced when it changes."""
        return hashlib.sha256(repr(sorted(self.files.items())).encode()).hexdigest()

    def _number(self, setting: str, default: float) -> float:
        value = self.settings.get(setting, "") or str(default)
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
            raise UsageError(f"setting `{setting}` is `{value}`, not a number", "see SPEC.md")
        return float(value)


def read(
    image: Image, file: Path, handler: str, manifest: Path | None, settings: Mapping[str, str]
) -> Function:
    """Return the function in `file`, with its `manifest` of dependencies if there is one.

    Raises UsageError when the file isn't of the image's language, or is no text.
    """
    kubeless = image.language_entry.kubeless
    if not file.name.endswith(kubeless.fileNameSuffix):
        raise UsageError(
            f"`{file.name}` is no function of {image.language_entry.title}",
            f"its name ends in `{kubeless.fileNameSuffix}`; choose the runtime with --image",
        )
    sources = {file.name: file, **({kubeless.depName: manifest} if manifest else {})}
    module = file.name.removesuffix(kubeless.fileNameSuffix)
    name = re.sub(r"[^a-z0-9]+", "-", module.lower()).strip("-")
    if not re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name):
        raise UsageError(
            f"no Service can be called `{name}`", "rename the file: letters come first"
        )
    return Function(
        name, image, module, handler, {n: _text(p) for n, p in sources.items()}, settings
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"`{path.name}` is not UTF-8 text: {error}", "a ConfigMap holds texts"
        ) from error
