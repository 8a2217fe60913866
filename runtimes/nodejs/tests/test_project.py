"""A package.json of a project: scripts for developers, git dependencies, other lock files."""

import json
from collections.abc import Mapping

import pytest

from tests.support import git_server
from tests.support.phases import PhaseResult, Prepared
from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("standard")  # the phases are those of all variants


def install(
    runtime: Runtime,
    manifest: object,
    network: str = "none",
    files: Mapping[str, bytes] | None = None,
) -> tuple[PhaseResult, Prepared]:
    """Run the installation and return how it ended, and what is in the volume."""
    content = {"package.json": json.dumps(manifest).encode(), **(files or {})}
    prepared = runtime.phases("hello", files=content, network_mode=network)
    return prepared.results[0], prepared


def test_scripts_for_developers(runtime: Runtime) -> None:
    """`prepare` isn't run, because it needs devDependencies; `postinstall` is."""
    scripts = {"prepare": "husky", "prepublish": "husky", "postinstall": "touch installed"}
    result, prepared = install(runtime, {"name": "hooks", "scripts": scripts})
    assert result.exit_code == 0, result.stderr
    assert "installed" in prepared.files


def test_script_without_its_program(runtime: Runtime) -> None:
    """Another script that needs one of them ends the phase, with a hint in the log."""
    result, _ = install(runtime, {"name": "hooks", "scripts": {"postinstall": "husky install"}})
    assert result.exit_code != 0
    assert "devDependencies are left out" in result.termination_log


def test_git_dependency(runtime: Runtime) -> None:
    """A phase installs a dependency from its git repository, at the tag that is named."""
    files = {"package.json": b'{"name": "greeting", "version": "1.0.0"}', "index.js": b""}
    manifest = {"dependencies": {"greeting": f"{git_server.REPOSITORY}#v1"}}
    with git_server.running(runtime.engine, f"{runtime.tag}-install", files) as network:
        result, prepared = install(runtime, manifest, network)
    assert result.exit_code == 0, result.stderr
    assert "node_modules/greeting/index.js" in prepared.files


@pytest.mark.parametrize(
    ("name", "text"),
    [("pnpm-lock.yaml", b"lockfileVersion: '9.0'"), ("yarn.lock", b"__metadata:")],
)
def test_lock_of_another_client(runtime: Runtime, name: str, text: bytes) -> None:
    """A lock file that npm can't read is named, with what to do."""
    result, _ = install(runtime, {"name": "locked"}, files={name: text})
    assert "hint: deploy the package-lock.json" in result.stderr
