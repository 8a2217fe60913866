"""What Composer honours in the installation phase: a repository, its authority, its users."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest

from imagebuild.functions.phases import of_variant
from tests.support import peer
from tests.support.phases import Prepared
from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("standard")  # the phases are those of all variants

HOST = "localhost:8443"
URL = f"https://{HOST}"
PACKAGE = "private/package"
AUTHORITY = {"SSL_CERT_FILE": "/kubeless/authority.pem"}
LOGIN = json.dumps({"http-basic": {HOST: {"username": "reader", "password": "pass:word"}}})
WRONG = json.dumps({"http-basic": {HOST: {"username": "reader", "password": "wrong"}}})
AUTH_FILE = {"auth.json": LOGIN.encode()}
HIDDEN = "touch /kubeless/hidden"
HOSTILE = f"x; {HIDDEN}; $({HIDDEN}) `{HIDDEN}`"


class Repository(NamedTuple):
    """A running repository: the network to reach it, and its certificate."""

    network: str
    authority: bytes

    def install(
        self,
        runtime: Runtime,
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        folder: str = "",
    ) -> Prepared:
        """Install the package beside the repository; `folder` is where the manifest lies."""
        content = {
            f"{folder}composer.json": manifest("1.0.0"),
            "authority.pem": self.authority,
            **(files or {}),
        }
        variables = {**AUTHORITY, **(environment or {})}
        return runtime.phases("hello", variables, content, network_mode=self.network)


def manifest(version: str) -> bytes:
    """Return a composer.json that asks for a version of the package."""
    repositories = [{"packagist": False}, {"type": "composer", "url": URL}]
    return json.dumps({"repositories": repositories, "require": {PACKAGE: version}}).encode()


def make_package() -> bytes:
    """Return an archive with one file, of the same bytes each time."""
    content = BytesIO()
    texts = {"composer.json": json.dumps({"name": PACKAGE}), "package.php": "<?php\n"}
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(f"package/{name}"), text)
    return content.getvalue()


def entry(package: bytes, digest: str = "") -> dict[str, object]:
    """Return what a repository or a lock file says of the package."""
    found = digest or hashlib.sha1(package, usedforsecurity=False).hexdigest()
    dist = {"type": "zip", "url": f"{URL}/package.zip", "shasum": found}
    return {"name": PACKAGE, "version": "1.0.0", "dist": dist, "type": "library"}


@pytest.fixture(scope="module")
def repository(runtime: Runtime) -> Iterator[Repository]:
    """Run a private repository in the image that installs."""
    key, certificate = peer.make_authority()
    package = make_package()
    files = {
        "repository.php": Path(__file__).with_name("repository.php").read_bytes(),
        "key.pem": key,
        "authority.pem": certificate,
        "package.zip": package,
        "packages.json": json.dumps({"packages": {PACKAGE: {"1.0.0": entry(package)}}}).encode(),
    }
    tag = of_variant(runtime.image, "install").tag(runtime.tag.rpartition("/")[0])
    command = ["php", f"{peer.FOLDER}/repository.php", peer.FOLDER]
    with peer.running(runtime.engine, tag, files, command=command, ready="listening") as server:
        yield Repository(server.network, certificate)


def is_installed(prepared: Prepared) -> bool:
    """Whether the package is in the install volume."""
    result = prepared.results[0]
    found = f"vendor/{PACKAGE}/package.php" in prepared.files
    assert found == (result.exit_code == 0), result.stderr
    return found


@pytest.mark.timeout(300)
def test_login_in_a_file(runtime: Runtime, repository: Repository) -> None:
    """`auth.json` beside the manifest holds the password, SSL_CERT_FILE the authority."""
    assert is_installed(repository.install(runtime, files=AUTH_FILE))


def test_login_in_the_environment(runtime: Runtime, repository: Repository) -> None:
    """COMPOSER_AUTH holds the password."""
    assert is_installed(repository.install(runtime, {"COMPOSER_AUTH": LOGIN}))


def test_login_in_a_mounted_folder(runtime: Runtime, repository: Repository) -> None:
    """COMPOSER_HOME names a folder with Composer's own settings."""
    files = {"secret/auth.json": LOGIN.encode()}
    assert is_installed(repository.install(runtime, {"COMPOSER_HOME": "/kubeless/secret"}, files))


def test_manifest_elsewhere(runtime: Runtime, repository: Repository) -> None:
    """`auth.json` beside a manifest outside of the volume is honoured, and not left in it."""
    variables = {"KUBELESS_DEPS_FILE": "/kubeless/elsewhere/composer.json"}
    files = {"elsewhere/auth.json": LOGIN.encode()}
    prepared = repository.install(runtime, variables, files, "elsewhere/")
    assert is_installed(prepared)
    assert "auth.json" not in prepared.files


@pytest.mark.parametrize("login", ["", WRONG])
def test_unknown_user(runtime: Runtime, repository: Repository, login: str) -> None:
    """Without the right password nothing is installed, and Composer says why."""
    prepared = repository.install(runtime, {"COMPOSER_AUTH": login})
    assert not is_installed(prepared)
    assert HOST in prepared.results[0].termination_log


def test_unknown_authority(runtime: Runtime, repository: Repository) -> None:
    """A repository whose authority nobody has named isn't trusted."""
    assert not is_installed(repository.install(runtime, {"SSL_CERT_FILE": ""}, AUTH_FILE))


def test_lock_file(runtime: Runtime, repository: Repository) -> None:
    """With a lock file Composer installs exactly that, and refuses another digest."""
    for digest, passes in (("", True), ("0" * 40, False)):
        lock = {"packages": [entry(make_package(), digest)], "packages-dev": [], "platform": []}
        files = {
            **AUTH_FILE,
            "composer.json": manifest("*"),
            "composer.lock": json.dumps({**lock, "content-hash": ""}).encode(),
        }
        assert is_installed(repository.install(runtime, files=files)) == passes


def test_hostile_values(runtime: Runtime, repository: Repository) -> None:
    """What the variables hold is never executed."""
    names = ["COMPOSER_AUTH", "COMPOSER_HOME", "COMPOSER_CACHE_DIR", "SSL_CERT_FILE"]
    for given in (names, names[:1]):
        prepared = repository.install(runtime, dict.fromkeys(given, HOSTILE))
        assert prepared.results[0].exit_code != 0
        assert "hidden" not in prepared.files


def test_phase_without_a_manifest(runtime: Runtime) -> None:
    """An installation without a manifest installs nothing."""
    prepared = runtime.phases("hello", network_mode="none")
    assert not any("vendor" in name for name in prepared.files)
