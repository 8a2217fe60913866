"""A container registry, through skopeo: digests, tags, uploads. Credentials are docker's own."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from imagebuild.errors import ProcessError, RegistryUnavailableError, UsageError
from imagebuild.process import Processes
from imagebuild.release import failures, programs

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 1.0
"""Waits double from here: 1, 2, 4 and 8 seconds."""

T = TypeVar("T")


@dataclass(frozen=True)
class Registry:
    """Reads and writes references such as `registry.example.com/team/python:3.13`.

    What fails for a while is tried again, with waits that double; a refusal is not. All methods
    raise RegistryError, or RegistryUnavailableError after the last try.
    """

    processes: Processes
    first_wait_seconds: float = FIRST_WAIT_SECONDS

    def manifest(self, reference: str) -> str | None:
        """Return the manifest at `reference` as it is stored, None when there is none."""
        command = ["inspect", "--raw", *_credentials(), f"docker://{reference}"]
        return self._unless_absent(reference, command)

    def digest(self, reference: str) -> str | None:
        """Return the digest that `reference` points to, None when there is no such tag."""
        found = self.manifest(reference)
        return None if found is None else f"sha256:{hashlib.sha256(found.encode()).hexdigest()}"

    def config(self, reference: str) -> str | None:
        """Return the configuration of the image at `reference` (JSON), None when there is none."""
        options = ["--config", "--raw", *_credentials()]
        return self._unless_absent(reference, ["inspect", *options, f"docker://{reference}"])

    def tags(self, repository: str) -> list[str]:
        """Return the tags of `repository`; none when there is no such repository."""
        command = ["list-tags", *_credentials(), f"docker://{repository}"]
        output = self._unless_absent(repository, command)
        return [] if output is None else list(json.loads(output)["Tags"] or [])

    def upload(self, archive: Path, reference: str) -> None:
        """Write the image in `archive`, as the engine exports it, to `reference`.

        Layers that the registry has are not sent again: an upload that broke off is resumed.
        """
        self._copy(f"oci-archive:{archive}", reference)

    def copy(self, source: str, target: str) -> None:
        """Let `target` point to the image at `source`, in this registry or another."""
        self._copy(f"docker://{source}", target)

    def _copy(self, source: str, target: str) -> None:
        options = ["--preserve-digests", "--all", "--quiet", *_credentials()]
        command = ["copy", *options, source, f"docker://{target}"]
        self._retried(lambda: self._skopeo("written", target, command))

    def _unless_absent(self, reference: str, command: Sequence[str]) -> str | None:
        def attempt() -> str | None:
            try:
                return self._run(command)
            except ProcessError as error:
                if failures.is_absent(error.output):
                    return None
                raise failures.failure("read", reference, error.output or error.message) from error

        return self._retried(attempt)

    def _skopeo(self, action: str, reference: str, command: Sequence[str]) -> str:
        try:
            return self._run(command)
        except ProcessError as error:
            raise failures.failure(action, reference, error.output or error.message) from error

    def _run(self, command: Sequence[str]) -> str:
        return self.processes.read([programs.find("skopeo", self.processes), *command])

    def _retried(self, attempt: Callable[[], T]) -> T:
        retrying = Retrying(
            retry=retry_if_exception_type(RegistryUnavailableError),
            wait=wait_exponential(multiplier=self.first_wait_seconds),
            stop=stop_after_attempt(ATTEMPTS),
            reraise=True,
        )
        return retrying(attempt)


def check_prefix(prefix: str) -> None:
    """Raise UsageError for a prefix whose first part is no registry: nothing is pushed by chance.

    A registry's host has a dot or a port, or is `localhost`, as in docker's references.
    """
    host, separator, _ = prefix.partition("/")
    if not (separator and ("." in host or ":" in host or host == "localhost")):
        raise UsageError(
            f"the prefix `{prefix}` names no registry",
            "write one, for example `--to registry.example.com/team`",
        )


def _credentials() -> list[str]:
    """Return the option that names docker's credentials, nothing where there are none."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    path = folder / "config.json"
    return [f"--authfile={path}"] if path.is_file() else []
