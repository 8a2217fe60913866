"""What pip honours in the installation phase: a private index, its authority, its password."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import peer
from tests.support.phases import Prepared
from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("standard")  # the phases are those of all variants

INDEX = "https://{user}localhost:8443/simple"
LOGIN = "reader:pass%3Aword@"
MANIFEST = {"requirements.txt": b"private-package==1.0\n"}
AUTHORITY = {"SSL_CERT_FILE": "/kubeless/authority.pem"}
INSTALLED = "private_package.py"


class PrivateIndex(NamedTuple):
    """A running index: the network to reach it, and its certificate."""

    network: str
    authority: bytes

    def install(
        self, runtime: Runtime, environment: dict[str, str], files: dict[str, bytes] | None = None
    ) -> Prepared:
        """Run the phases beside the index."""
        content = {**MANIFEST, "authority.pem": self.authority, **(files or {})}
        return runtime.phases("hello", environment, content, network_mode=self.network)


@pytest.fixture(scope="module")
def index(runtime: Runtime) -> Iterator[PrivateIndex]:
    """Run a private index in the image that installs."""
    key, certificate = peer.make_authority()
    files = {
        "index_server.py": Path(__file__).with_name("index_server.py").read_bytes(),
        "key.pem": key,
        "authority.pem": certificate,
        "private_package-1.0-py3-none-any.whl": make_wheel(),
    }
    tag = f"{runtime.tag.removesuffix('-distroless')}-install"
    command = ["python3", f"{peer.FOLDER}/index_server.py", peer.FOLDER]
    with peer.running(runtime.engine, tag, files, command=command, ready="listening") as server:
        yield PrivateIndex(server.network, certificate)


def make_wheel() -> bytes:
    """Return a wheel of one module."""
    content = BytesIO()
    info = "private_package-1.0.dist-info"
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr(INSTALLED, "")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: private-package\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return content.getvalue()


def is_installed(prepared: Prepared) -> bool:
    """Whether the package is in the install volume."""
    result = prepared.results[0]
    found = any(name.endswith(f"site-packages/{INSTALLED}") for name in prepared.files)
    assert found == (result.exit_code == 0), result.stderr
    return found


def test_index_from_the_environment(runtime: Runtime, index: PrivateIndex) -> None:
    """PIP_INDEX_URL names the index, with its password; SSL_CERT_FILE its authority."""
    url = INDEX.format(user=LOGIN)
    assert is_installed(index.install(runtime, {"PIP_INDEX_URL": url, **AUTHORITY}))


def test_index_from_a_file(runtime: Runtime, index: PrivateIndex) -> None:
    """A mounted pip.conf does, too, with an authority of its own."""
    url = INDEX.format(user=LOGIN)
    text = f"[global]\nindex-url = {url}\ncert = /kubeless/authority.pem\n"
    environment = {"PIP_CONFIG_FILE": "/kubeless/pip.conf", "SSL_CERT_FILE": ""}
    assert is_installed(index.install(runtime, environment, {"pip.conf": text.encode()}))


def test_password_from_netrc(runtime: Runtime, index: PrivateIndex) -> None:
    """A mounted .netrc holds the password."""
    environment = {"PIP_INDEX_URL": INDEX.format(user=""), "HOME": "/kubeless", **AUTHORITY}
    netrc = b"machine localhost login reader password pass:word\n"
    assert is_installed(index.install(runtime, environment, {".netrc": netrc}))


def test_wrong_password(runtime: Runtime, index: PrivateIndex) -> None:
    """Without the password nothing is installed, and pip says why."""
    environment = {"PIP_INDEX_URL": INDEX.format(user=""), "PIP_NO_INPUT": "1", **AUTHORITY}
    prepared = index.install(runtime, environment)
    assert not is_installed(prepared)
    assert "private-package" in prepared.results[0].termination_log


def test_unknown_authority(runtime: Runtime, index: PrivateIndex) -> None:
    """An index whose authority nobody has named isn't trusted."""
    environment = {
        "PIP_INDEX_URL": INDEX.format(user=LOGIN),
        "SSL_CERT_FILE": "",
        "PIP_RETRIES": "0",
    }
    assert not is_installed(index.install(runtime, environment))


@pytest.mark.parametrize("text", ["x; touch /kubeless/hidden", "$(touch /kubeless/hidden)"])
def test_hostile_values(runtime: Runtime, index: PrivateIndex, text: str) -> None:
    """What pip's own variables hold is never executed."""
    names = ["PIP_INDEX_URL", "PIP_CERT", "PIP_CONFIG_FILE", "SSL_CERT_FILE", "PIP_TRUSTED_HOST"]
    prepared = index.install(runtime, {**dict.fromkeys(names, text), "PIP_RETRIES": "0"})
    assert prepared.results[0].exit_code != 0
    assert "hidden" not in prepared.files
