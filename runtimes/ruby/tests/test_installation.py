"""What bundler honours in the installation phase: a private index, its authority, its password."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import peer
from tests.support.phases import Prepared
from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("standard")  # the phases are those of all variants

INDEX = "https://{user}localhost:8443"
LOGIN = "reader:pass%3Aword@"
PASSWORD = {"BUNDLE_LOCALHOST": "reader:pass:word"}
AUTHORITY = {"SSL_CERT_FILE": "/kubeless/authority.pem"}
INSTALLED = "gems/private_gem-1.0/private_gem.rb"


def gemfile(user: str = "") -> bytes:
    """Return a manifest that asks the private index for its gem."""
    return f'source "{INDEX.format(user=user)}"\ngem "private_gem", "1.0"\n'.encode()


class PrivateIndex(NamedTuple):
    """A running index: the network to reach it, and its certificate."""

    network: str
    authority: bytes

    def install(
        self, runtime: Runtime, environment: dict[str, str], files: dict[str, bytes] | None = None
    ) -> Prepared:
        """Run the phases beside the index."""
        content = {"Gemfile": gemfile(), "authority.pem": self.authority, **(files or {})}
        variables = {"BUNDLE_RETRY": "0", **environment}
        return runtime.phases("hello", variables, content, network_mode=self.network)


@pytest.fixture(scope="module")
def index(runtime: Runtime) -> Iterator[PrivateIndex]:
    """Run a private index in the image that installs."""
    key, certificate = peer.make_authority()
    files = {
        "index_server.rb": Path(__file__).with_name("index_server.rb").read_bytes(),
        "key.pem": key,
        "authority.pem": certificate,
    }
    tag = f"{runtime.tag.removesuffix('-distroless')}-install"
    command = ["ruby", f"{peer.FOLDER}/index_server.rb", peer.FOLDER]
    with peer.running(runtime.engine, tag, files, command=command, ready="listening") as server:
        yield PrivateIndex(server.network, certificate)


def is_installed(prepared: Prepared) -> bool:
    """Whether the gem is in the install volume."""
    result = prepared.results[0]
    found = any(name.endswith(INSTALLED) for name in prepared.files)
    assert found == (result.exit_code == 0), result.stderr
    return found


@pytest.mark.timeout(300)
def test_password_from_the_environment(runtime: Runtime, index: PrivateIndex) -> None:
    """A variable of bundler's holds the password, SSL_CERT_FILE names the authority."""
    assert is_installed(index.install(runtime, {**PASSWORD, **AUTHORITY}))


def test_password_from_the_manifest(runtime: Runtime, index: PrivateIndex) -> None:
    """The index's address in the Gemfile may hold it."""
    files = {"Gemfile": gemfile(LOGIN)}
    assert is_installed(index.install(runtime, AUTHORITY, files))


def test_settings_from_a_file(runtime: Runtime, index: PrivateIndex) -> None:
    """A mounted `.bundle/config` does too."""
    files = {".bundle/config": b'BUNDLE_LOCALHOST: "reader:pass:word"\n'}
    assert is_installed(index.install(runtime, AUTHORITY, files))


def test_mirror(runtime: Runtime, index: PrivateIndex) -> None:
    """BUNDLE_MIRROR__ALL names an index in place of those in the Gemfile."""
    mirror = {"BUNDLE_MIRROR__ALL": INDEX.format(user=LOGIN)}
    files = {"Gemfile": b'source "https://localhost:1"\ngem "private_gem"\n'}
    assert is_installed(index.install(runtime, {**mirror, **AUTHORITY}, files))


def test_wrong_password(runtime: Runtime, index: PrivateIndex) -> None:
    """Without the password nothing is installed, and bundler says why."""
    prepared = index.install(runtime, AUTHORITY)
    assert not is_installed(prepared)
    assert "localhost" in prepared.results[0].termination_log


def test_unknown_authority(runtime: Runtime, index: PrivateIndex) -> None:
    """An index whose authority nobody has named isn't trusted."""
    assert not is_installed(index.install(runtime, {**PASSWORD, "SSL_CERT_FILE": ""}))


def test_lock_file(runtime: Runtime, index: PrivateIndex) -> None:
    """A lock file that asks for another version than the index has is obeyed."""
    lock = (
        f"GEM\n  remote: {INDEX.format(user='')}/\n  specs:\n    private_gem (0.9)\n\n"
        "PLATFORMS\n  ruby\n\nDEPENDENCIES\n  private_gem\n"
    )
    manifest = f'source "{INDEX.format(user="")}"\ngem "private_gem"\n'
    files = {"Gemfile": manifest.encode(), "Gemfile.lock": lock.encode()}
    frozen = {**PASSWORD, **AUTHORITY, "BUNDLE_FROZEN": "true"}
    assert not is_installed(index.install(runtime, frozen, files))


@pytest.mark.parametrize("text", ["x; touch /kubeless/hidden", "$(touch /kubeless/hidden)"])
def test_hostile_values(runtime: Runtime, index: PrivateIndex, text: str) -> None:
    """What bundler's own variables hold is never executed."""
    names = ["BUNDLE_SSL_CA_CERT", "BUNDLE_LOCALHOST", "BUNDLE_VERSION", "SSL_CERT_FILE"]
    prepared = index.install(runtime, dict.fromkeys(names, text))
    assert prepared.results[0].exit_code != 0
    assert "hidden" not in prepared.files


def test_phase_without_a_manifest(runtime: Runtime) -> None:
    """An installation without a manifest installs nothing."""
    prepared = runtime.phases("hello", network_mode="none")
    assert not any(name.startswith(("ruby/", "bundler/")) for name in prepared.files)
