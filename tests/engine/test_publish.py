"""Publishing to a real registry, with TLS and authentication."""

import datetime
import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import engine
from imagebuild.errors import RegistryError, RegistryUnavailableError, UsageError
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.release.push import Options, push
from imagebuild.release.registry import Registry
from imagebuild.suite import results, run_plan
from imagebuild.suite.results import Result
from tests.support.registry_server import PASSWORD, RegistryServer

ROOT = Path(__file__).parent.parent.parent
NAMES = ["perl-5.40-install", "perl-5.40", "perl-5.40-distroless"]
TODAY = f"{datetime.datetime.now(datetime.UTC):%Y%m%d}"
SECONDS = 300

pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture
def options(perl: Catalog, registry: RegistryServer, tmp_path: Path) -> Options:
    """How to push what is untested to a prefix of this test alone."""
    to = f"{registry.host}/{tmp_path.name.replace('_', '-').lower()}"
    return Options(perl.prefix, to, tmp_path / "images.lock", untested=True)


def silent(line: str) -> None:
    """Say nothing."""


def command(perl: Catalog, options: Options, *arguments: str) -> list[str]:
    """Return the command line of a push."""
    words = [sys.executable, str(ROOT / "build.py"), "push", f"--catalog={perl.path}"]
    return [*words, f"--to={options.to}", f"--lock={options.path}", *arguments]


def test_what_is_published_can_be_pulled_by_digest(
    perl: Catalog, options: Options, registry: RegistryServer, tmp_path: Path
) -> None:
    """Each line of the lock names the image that the engine had, and all tags lead to it."""
    entries = push(perl, perl.images(), options, silent)
    assert [entry.image for entry in entries] == NAMES
    written = lock.read(options.path)
    client = Registry(Processes())
    version = entries[0].facts["version"]
    for entry, suffix in zip(entries, ["-install", "", "-distroless"], strict=True):
        assert written.entries[entry.image] == entry
        assert entry.tag == f"{version}.{TODAY}{suffix}"
        assert entry.facts["contract"] == "untested"
        for tag in (entry.tag, f"{version}{suffix}", f"5.40{suffix}"):
            assert client.digest(f"{entry.repository}:{tag}") == entry.digest
        target = tmp_path / entry.image
        credentials = f"--authfile={registry.environment['DOCKER_CONFIG']}/config.json"
        pull = ["skopeo", "copy", "--quiet", credentials, f"docker://{entry.pinned}"]
        subprocess.run([*pull, f"dir:{target}"], check=True)
        pulled = hashlib.sha256((target / "manifest.json").read_bytes()).hexdigest()
        assert f"sha256:{pulled}" == entry.digest

    # A floating tag that somebody else has moved stays until the user says otherwise.
    install, standard, _ = entries
    tag = f"{standard.repository}:5.40"
    client.copy(install.pinned, tag)
    with pytest.raises(RegistryError, match="moved by somebody else"):
        push(perl, perl.images(), options, silent)
    assert client.digest(tag) == install.digest
    push(perl, perl.images(), replace(options, move_foreign=True), silent)
    assert client.digest(tag) == standard.digest


def test_what_has_not_passed_the_contract_is_not_published(perl: Catalog, options: Options) -> None:
    """What has passed, as it is and with this suite, is."""
    strict = replace(options, untested=False)
    with pytest.raises(UsageError, match="3 images have not passed") as raised:
        push(perl, perl.images(), strict, silent)
    assert "--publish-untested" in raised.value.hint
    assert not options.path.exists()
    host = engine.connect(Processes(), ROOT).host
    runs = run_plan.plan(perl, perl.images(), prefix=perl.prefix, host=host, partial=True)
    for run in runs:
        results.save(perl.root, run.key, Result(passed=9, waived=1), Path("none"))
    try:
        entries = push(perl, perl.images(), strict, silent)
    finally:
        for run in runs:
            results.kept_report(perl.root, run.key).with_suffix(".json").unlink()
    outcomes = [entry.facts["contract"] for entry in entries]
    assert outcomes == ["passed-with-runtimes", "passed-9-waived-1", "passed-9-waived-1"]


def test_a_registry_that_dies_in_the_middle(
    perl: Catalog, options: Options, registry: RegistryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No floating tag has moved; the same push then goes on where it ended."""
    monkeypatch.setattr("imagebuild.release.registry.ATTEMPTS", 2)
    said: list[str] = []

    def die_after_the_first(line: str) -> None:
        said.append(line)
        registry.stop()

    with pytest.raises(RegistryUnavailableError) as raised:
        push(perl, perl.images(), options, die_after_the_first)
    assert "goes on where it ended" in raised.value.hint
    registry.start()
    client = Registry(Processes())
    assert client.tags(f"{options.to}/perl") == [said[0].split(":")[2]]
    said.clear()
    entries = push(perl, perl.images(), options, said.append)
    assert [line.rpartition(": ")[2] for line in said[:3]] == ["already there", *["published"] * 2]
    assert sorted(lock.read(options.path).entries) == sorted(entry.image for entry in entries)


def test_wrong_credentials(
    perl: Catalog, options: Options, registry: RegistryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends at once, says how to log in, and prints no password."""
    for name, value in registry.wrong.items():
        monkeypatch.setenv(name, value)
    ended = subprocess.run(
        command(perl, options, "--publish-untested"), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == RegistryError.exit_code
    assert f"docker login {registry.host}" in ended.stderr
    assert "another" not in ended.stderr
    assert PASSWORD not in ended.stderr
    assert not options.path.exists()


def test_a_second_push_at_the_same_time(perl: Catalog, options: Options, tmp_path: Path) -> None:
    """Both of two clones end well, with the same lock."""
    paths = [tmp_path / "one.lock", tmp_path / "two.lock"]
    with ThreadPoolExecutor() as pool:
        both = [
            pool.submit(
                subprocess.run,
                command(perl, replace(options, path=path), "--publish-untested"),
                capture_output=True,
                text=True,
                timeout=120,
            )
            for path in paths
        ]
        for each in both:
            assert each.result().returncode == 0, each.result().stderr
    assert paths[0].read_text() == paths[1].read_text()
