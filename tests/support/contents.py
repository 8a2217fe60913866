"""What lies in an image: names of programs, and secrets."""

import re
import ssl
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, cast

from tests.support.containers import remove
from tests.support.phases import authorities
from tests.support.runtime import Runtime

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "busybox", "toybox"})
PACKAGE_MANAGERS = frozenset(
    {"apt", "apt-get", "dpkg", "apk", "rpm", "dnf", "yum", "pip", "pip3", "npm", "npx", "yarn"}
    | {"pnpm", "gem", "bundle", "composer", "cargo", "mvn", "gradle", "nuget"}
)
PROGRAM_FOLDERS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "opt")
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{60,}")
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
PUBLIC_AUTHORITIES = Path("/usr/share/ca-certificates")
PROGRAM = b"\x7fELF"
LARGEST_FILE = 64 * 1024 * 1024


@cache
def programs(runtime: Runtime) -> set[str]:
    """Return the names of all files and links in the folders of programs."""
    return {
        PurePosixPath(entry.name).name
        for entry, _ in _files(runtime)
        if entry.name.startswith(PROGRAM_FOLDERS) and (entry.mode & 0o111 or entry.issym())
    }


def secrets(runtime: Runtime) -> list[str]:
    """Return where the image has a private key, or an authority that only this machine trusts."""
    own = _own_authorities()
    found = []
    for entry, file in _files(runtime):
        if file is None or entry.size > LARGEST_FILE:
            continue
        content = file.read()
        if content.startswith(PROGRAM):  # a library of cryptography has keys to test itself with
            continue
        if PRIVATE_KEY.search(content):
            found.append(f"{entry.name}: a private key")
        if b"BEGIN CERTIFICATE" in content and own & _certificates(content):
            found.append(f"{entry.name}: an authority of this machine")
    for setting in (runtime.engine.image(runtime.tag) or {})["Config"]["Env"]:
        if re.match(r"\w*(PASSWORD|SECRET|TOKEN|PROXY)", setting, re.IGNORECASE):
            found.append(f"environment: {setting.partition('=')[0]}")
    return found


def _files(runtime: Runtime) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    container = runtime.engine.create(runtime.tag)
    try:
        stream = cast(IO[bytes], _Stream(cast(Iterator[bytes], container.export())))
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for entry in archive:
                yield entry, archive.extractfile(entry) if entry.isreg() else None
    finally:
        remove(container)


def _own_authorities() -> set[bytes]:
    """Return the certificates that this machine trusts and its distribution doesn't."""
    if not PUBLIC_AUTHORITIES.is_dir():
        return set()
    public = b"".join(path.read_bytes() for path in PUBLIC_AUTHORITIES.rglob("*.crt"))
    return _certificates(authorities()) - _certificates(public)


def _certificates(content: bytes) -> set[bytes]:
    found = set()
    for match in CERTIFICATE.findall(content):
        try:
            found.add(ssl.PEM_cert_to_DER_cert(match.decode().strip()))
        except ValueError:  # no certificate after all
            continue
    return found


class _Stream:
    """Pieces of bytes as a file, for tarfile's streaming mode."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return `size` bytes, less at the end only."""
        parts = [self._rest]
        length = len(self._rest)
        while length < size and (piece := next(self._pieces, b"")):
            parts.append(piece)
            length += len(piece)
        content = b"".join(parts)
        self._rest = content[size:]
        return content[:size]
