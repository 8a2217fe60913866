"""Install volumes: a reference function, put through its phases once and kept in the engine.

A volume is named by what it was made from, so it is made again only when the install image, the
function or the phases' commands change; those that it replaces are removed then. A second, empty
volume marks it as complete.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import docker.errors

from imagebuild import cache_folder
from imagebuild.catalog.catalog import Image
from tests.support.containers import Engine
from tests.support.naming import names
from tests.support.phases import PhaseFailedError, Phases

LABEL = "function-runtimes.suite.function"


class Functions:
    """The install volumes for the images of one version of a language."""

    def __init__(self, engine: Engine, image: Image, root: Path, phases: Phases) -> None:
        self._engine = engine
        self._image = image
        self._folder = root / image.folder / "fixtures"
        self._phases = phases

    def files(self, function: str) -> dict[str, bytes]:
        """Return the files of `function`: its source, and its manifest where it has one."""
        entry = self._image.language_entry
        name = names(function, entry.fixtures).file
        source = self._folder / name
        if not source.exists():
            raise FileNotFoundError(f"`{source}` is missing: SPEC.md asks for `{function}`")
        files = {name: source.read_bytes()}
        manifest = self._folder / f"{function}.deps" / entry.kubeless.depName
        if manifest.exists():
            files[entry.kubeless.depName] = manifest.read_bytes()
        return files

    def volume(self, function: str) -> str:
        """Return the name of the volume with `function`. Raises PhaseFailedError."""
        files = self.files(function)
        name = f"suite-{self._image.language}-{self._key(function, files)}"
        with cache_folder.locked(cache_folder.folder() / "suite-volumes" / f"{name}.lock"):
            if not self._exists(f"{name}-complete"):
                self._make(name, function, files)
        return name

    def _make(self, name: str, function: str, files: Mapping[str, bytes]) -> None:
        volumes = self._engine.client.volumes
        labels = {LABEL: self._phases.label(function)}
        self._remove_old(labels[LABEL])
        volumes.create(name, labels=labels)
        named = names(function, self._image.language_entry.fixtures)
        for result in self._phases.run(named, files, name):
            if result.exit_code:
                volumes.get(name).remove(force=True)
                raise PhaseFailedError(function, result)
        volumes.create(f"{name}-complete", labels=labels)

    def _remove_old(self, label: str) -> None:
        """Remove the volumes of a function that were made from something else, or not completed."""
        filters = {"label": f"{LABEL}={label}"}
        for volume in self._engine.client.volumes.list(filters=filters):
            with suppress(docker.errors.APIError):  # a container of an older suite may be there yet
                volume.remove(force=True)

    def _exists(self, name: str) -> bool:
        try:
            self._engine.client.volumes.get(name)
        except docker.errors.NotFound:
            return False
        return True

    def _key(self, function: str, files: Mapping[str, bytes]) -> str:
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        made_from = [function, digests, self._phases.made_from()]
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:24]
