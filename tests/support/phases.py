"""Running the phases of a function, with what only tests want to know of how they ended."""

import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagebuild.catalog.catalog import Image
from imagebuild.catalog.model import Phase
from imagebuild.functions import containers, phases
from tests.support.containers import Engine, output
from tests.support.naming import Names
from tests.support.scratch import TERMINATION_LOG, Scratch

INSTALL_VOLUME = phases.MOUNT


@dataclass(frozen=True)
class PhaseResult:
    """How a phase ended."""

    phase: str
    exit_code: int
    stdout: str
    stderr: str
    termination_log: str


@dataclass(frozen=True)
class Prepared:
    """An install volume after its phases: how each ended, and the names of the files in it."""

    results: tuple[PhaseResult, ...]
    files: frozenset[str]


class PhaseFailedError(AssertionError):
    """A phase of a function that should pass has failed."""

    def __init__(self, function: str, result: PhaseResult) -> None:
        super().__init__(
            f"the {result.phase} of `{function}` ended with {result.exit_code}:\n"
            f"{result.stdout}{result.stderr}"
        )
        self.result = result


class Phases:
    """The phases of one version of a language."""

    def __init__(self, engine: Engine, image: Image, prefix: str, scratch: Scratch) -> None:
        self._engine = engine
        self._image = image
        self._prefix = prefix
        self._scratch = scratch

    def run(
        self,
        names: Names,
        files: Mapping[str, bytes],
        volume: str,
        *,
        every: bool = False,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Iterator[PhaseResult]:
        """Write `files` to `volume` and run the phases, up to the first that fails.

        The installation runs if there is a manifest, or with `every`. `environment` is added to
        the phases' variables, `options` are the docker SDK's for their containers.
        """
        client, labels = self._engine.client, self._engine.labels
        tag = self._image.tag(self._prefix)
        containers.copy_to_volume(client, tag, volume, INSTALL_VOLUME, files, labels=labels)
        function = phases.Function(
            names.module, names.handler, files, environment or {}, authorities()
        )
        manifest = self._image.language_entry.kubeless.depName in files
        for name, phase in phases.wanted(self._image, installs=every or manifest):
            result = self._run_one(name, phase, function, volume, **options)
            yield result
            if result.exit_code:
                return

    def made_from(self) -> list[str]:
        """Return what decides the content of an install volume, besides the function."""
        parts = [INSTALL_VOLUME]
        for name, phase in self._image.language_entry.kubeless.phases.items():
            image = self._engine.image(self._tag(phase))
            parts += [name, phase.model_dump_json(), image["Id"] if image else "missing"]
        return parts

    def label(self, function: str) -> str:
        """Return what the install volumes of a function have in common, whatever their content."""
        return f"{self._prefix}/{self._image.language}-{self._image.version}/{function}"

    def _tag(self, phase: Phase) -> str:
        return phases.of_variant(self._image, phase.variant).tag(self._prefix)

    def _run_one(
        self, name: str, phase: Phase, function: phases.Function, volume: str, **options: Any
    ) -> PhaseResult:
        log = self._scratch.file(self._tag(phase))
        with (
            self._engine.starts.one(),
            phases.started(
                self._engine.client,
                self._image,
                function,
                phase,
                prefix=self._prefix,
                volumes={volume: INSTALL_VOLUME, log.source: TERMINATION_LOG},
                labels=self._engine.labels,
                **options,
            ) as container,
        ):
            code = int(container.wait()["StatusCode"])
            streams = output(container, "stdout"), output(container, "stderr")
            return PhaseResult(name, code, *streams, log.text)


def authorities() -> bytes:
    """Return the authorities that this machine trusts: its registries may be signed by its own."""
    path = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    return Path(path).read_bytes() if path and Path(path).exists() else b""
