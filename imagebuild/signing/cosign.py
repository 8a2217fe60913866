"""The program cosign, version 3: signatures and attestations with a key, without a log.

What it says of success is not taken for proof: an image with an attestation alone passes its
`verify`, so the types of what was verified are read from its output.
"""

import base64
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagebuild.errors import ProcessError, UsageError
from imagebuild.process import Processes
from imagebuild.release import failures

SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
TYPES = {
    "cyclonedx": "https://cyclonedx.org/bom",
    "slsaprovenance1": "https://slsa.dev/provenance/v1",
}
"""What is attached to each image, by cosign's names."""

NOTHING = ("no signatures found", "no matching", "none of the attestations", "no attestations")
WITHOUT_LOG = ("--use-signing-config=false", "--tlog-upload=false", "--yes")


@dataclass(frozen=True)
class Cosign:
    """Signs and verifies references by digest. Raises RegistryError, UsageError without cosign."""

    processes: Processes

    def public_key(self, key: Path) -> str:
        """Return the public part of the private `key`, whose password is in COSIGN_PASSWORD."""
        return self._run("read", str(key), ["public-key", f"--key={key}"])

    def sign(self, key: Path, reference: str) -> None:
        """Sign the image at `reference`."""
        self._run("signed", reference, ["sign", *WITHOUT_LOG, f"--key={key}", reference])

    def attest(self, key: Path, reference: str, kind: str, predicate: Path) -> None:
        """Attach the file `predicate` of the type `kind` to `reference`, signed."""
        options = [f"--key={key}", f"--type={kind}", f"--predicate={predicate}"]
        self._run("signed", reference, ["attest", *WITHOUT_LOG, *options, reference])

    def signed_types(self, public: Path, reference: str) -> set[str]:
        """Return the types of all that is signed with this key and belongs to `reference`."""
        output = self._verify(public, reference, ["verify"])
        return {each["critical"]["type"] for each in json.loads(output or "[]")}

    def predicates(self, public: Path, reference: str, kind: str) -> list[dict[str, Any]]:
        """Return the predicates of the type `kind` that are signed for this digest."""
        output = self._verify(public, reference, ["verify-attestation", f"--type={kind}"])
        statements = [_statement(line) for line in output.splitlines() if line.strip()]
        digest = reference.partition("@sha256:")[2]
        return [
            statement["predicate"]
            for statement in statements
            if statement["predicateType"] == TYPES[kind]
            and any(each["digest"].get("sha256") == digest for each in statement["subject"])
        ]

    def _verify(self, public: Path, reference: str, command: Sequence[str]) -> str:
        options = [f"--key={public}", "--insecure-ignore-tlog=true"]
        try:
            return self.processes.read([program(), *command, *options, reference])
        except ProcessError as error:
            if any(words in error.output for words in NOTHING):
                return ""
            raise failures.failure("verified", reference, error.output or error.message) from error

    def _run(self, action: str, reference: str, command: Sequence[str]) -> str:
        try:
            return self.processes.read([program(), *command])
        except ProcessError as error:
            if "unknown flag" in error.output:
                raise UsageError(
                    "this `cosign` is too old: it has no `--use-signing-config`",
                    "install cosign 3, as Debian forky has it",
                ) from error
            raise failures.failure(action, reference, error.output or error.message) from error


def program() -> str:
    """Return the path of cosign. Raises UsageError when it isn't installed."""
    found = shutil.which("cosign")
    if found is None:
        raise UsageError(
            "`cosign` is not installed, and images are signed and verified with it",
            "install cosign 3, as Debian forky has it, and put it on PATH",
        )
    return found


def _statement(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(json.loads(line)["payload"]))
    return found
