"""What npm honours in the installation phase: a private registry, its authority, its users."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import peer
from tests.support.phases import Prepared
from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("standard")  # the phases are those of all variants

FOLDER = Path(__file__).with_name("registry")
LOCATION = "//localhost:4873/"
REGISTRY = f"https:{LOCATION}"
BASIC = "cmVhZGVyOnBhc3M6d29yZA=="
PACKAGE = "private-package"
SCOPED = "@private/package"
OFFLINE = {"npm_config_fetch_retries": "0"}
HIDDEN = "touch /kubeless/hidden"
HOSTILE = f"x; {HIDDEN}; $({HIDDEN}) `{HIDDEN}`"


class Registry(NamedTuple):
    """A running registry: the network to reach it, its certificate, a user's token."""

    network: str
    authority: bytes
    token: str

    def install(
        self,
        runtime: Runtime,
        package: str,
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        folder: str = "",
    ) -> Prepared:
        """Install `package` beside the registry, with its token in `.npmrc` unless `files` say.

        `folder` is where the manifest and its `.npmrc` lie.
        """
        content = {
            f"{folder}package.json": json.dumps({"dependencies": {package: "1.0.0"}}).encode(),
            "authority.pem": self.authority,
            f"{folder}.npmrc": f"{LOCATION}:_authToken={self.token}\n".encode(),
            **(files or {}),
        }
        variables = {"SSL_CERT_FILE": "/kubeless/authority.pem", **OFFLINE, **(environment or {})}
        return runtime.phases("hello", variables, content, network_mode=self.network)


@pytest.fixture(scope="module")
def registry(runtime: Runtime, beside: Callable[[str, Path], str]) -> Iterator[Registry]:
    """Run a private registry in the image that installs."""
    key, certificate = peer.make_authority()
    files = {"key.pem": key, "authority.pem": certificate}
    tag, token = beside("registry", FOLDER), r"^token: (\S+)$"
    with peer.running(runtime.engine, tag, files, command=(), ready=token) as server:
        found = re.search(token, server.output, re.MULTILINE)
        assert found, server.output
        yield Registry(server.network, certificate, found[1])


def is_installed(prepared: Prepared, package: str = PACKAGE) -> bool:
    """Whether the package is in the install volume."""
    result = prepared.results[0]
    found = f"node_modules/{package}/index.js" in prepared.files
    assert found == (result.exit_code == 0), result.stderr
    return found


@pytest.mark.timeout(300)
def test_registry_from_the_environment(runtime: Runtime, registry: Registry) -> None:
    """NPM_REGISTRY names the registry, `.npmrc` holds the token, SSL_CERT_FILE the authority."""
    assert is_installed(registry.install(runtime, PACKAGE, {"NPM_REGISTRY": REGISTRY}))


def test_registry_of_a_scope(runtime: Runtime, registry: Registry) -> None:
    """With NPM_SCOPE, NPM_REGISTRY is that of the scope, and of nothing else."""
    elsewhere = {"NPM_REGISTRY": REGISTRY, "npm_config_registry": "https://localhost:1/"}
    for scope in ("private", "@private"):
        variables = {**elsewhere, "NPM_SCOPE": scope}
        assert is_installed(registry.install(runtime, SCOPED, variables), SCOPED)
    assert not is_installed(registry.install(runtime, PACKAGE, variables))


def test_registry_from_a_file(runtime: Runtime, registry: Registry) -> None:
    """A mounted `.npmrc` names the registry, with a password."""
    text = f"registry={REGISTRY}\n{LOCATION}:_auth={BASIC}\n"
    assert is_installed(registry.install(runtime, PACKAGE, files={".npmrc": text.encode()}))


def test_file_elsewhere(runtime: Runtime, registry: Registry) -> None:
    """`npm_config_userconfig` names a file of settings that is mounted elsewhere."""
    text = f"registry={REGISTRY}\n{LOCATION}:_authToken={registry.token}\n"
    variables = {"npm_config_userconfig": "/kubeless/secret/npmrc"}
    files = {".npmrc": b"", "secret/npmrc": text.encode()}
    assert is_installed(registry.install(runtime, PACKAGE, variables, files))


def test_manifest_elsewhere(runtime: Runtime, registry: Registry) -> None:
    """`.npmrc` beside a manifest outside of the volume is honoured, and not left in the volume."""
    manifest = {"KUBELESS_DEPS_FILE": "/kubeless/elsewhere/package.json"}
    for more in ({}, {"npm_config_userconfig": "/kubeless/empty"}):
        variables = {"NPM_REGISTRY": REGISTRY, **manifest, **more}
        prepared = registry.install(runtime, PACKAGE, variables, {"empty": b""}, "elsewhere/")
        assert is_installed(prepared)
        assert ".npmrc" not in prepared.files


@pytest.mark.parametrize("text", ["", f"{LOCATION}:_authToken=wrong\n"])
def test_unknown_user(runtime: Runtime, registry: Registry, text: str) -> None:
    """Without a valid token nothing is installed, and npm says why."""
    files = {".npmrc": text.encode()}
    prepared = registry.install(runtime, PACKAGE, {"NPM_REGISTRY": REGISTRY}, files)
    assert not is_installed(prepared)
    assert "E401" in prepared.results[0].termination_log


def test_unknown_authority(runtime: Runtime, registry: Registry) -> None:
    """A registry whose authority nobody has named isn't trusted."""
    variables = {"NPM_REGISTRY": REGISTRY, "SSL_CERT_FILE": ""}
    assert not is_installed(registry.install(runtime, PACKAGE, variables))


def test_lock_file(runtime: Runtime, registry: Registry) -> None:
    """With a lock file npm installs exactly that: another digest, or another version, is refused.

    The digest is one that the package can't have.
    """
    entry = {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="}
    lock = {
        "name": "function",
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {PACKAGE: "1.0.0"}},
            f"node_modules/{PACKAGE}": entry,
        },
    }
    variables = {"NPM_REGISTRY": REGISTRY}
    for broken in (lock, {**lock, "packages": {"": {}}}):
        files = {"package-lock.json": json.dumps(broken).encode()}
        assert not is_installed(registry.install(runtime, PACKAGE, variables, files))
    del entry["integrity"]
    files = {"package-lock.json": json.dumps(lock).encode()}
    assert is_installed(registry.install(runtime, PACKAGE, variables, files))


def test_hostile_values(runtime: Runtime, registry: Registry) -> None:
    """What the variables hold is never executed."""
    names = ["NPM_REGISTRY", "NPM_SCOPE", "SSL_CERT_FILE", "npm_config_userconfig"]
    for given in (names, names[:1]):
        prepared = registry.install(runtime, PACKAGE, dict.fromkeys(given, HOSTILE))
        assert prepared.results[0].exit_code != 0
        assert "hidden" not in prepared.files


def test_phase_without_a_manifest(runtime: Runtime) -> None:
    """An installation without a manifest installs nothing."""
    prepared = runtime.phases("hello", network_mode="none")
    assert not any("node_modules" in name for name in prepared.files)
