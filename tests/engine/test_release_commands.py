"""README's commands about published images, on a small catalog and a real registry."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.release.registry import Registry
from tests.support.readme import blocks
from tests.support.registry_server import RegistryServer

ROOT = Path(__file__).parent.parent.parent
COMMANDS = [line for block in blocks("shell") for line in block.splitlines()]
SECONDS = 300
NAMES = ["perl-5.40-install", "perl-5.40", "perl-5.40-distroless"]
Run = Callable[[str], str]


@pytest.fixture
def run(perl: Catalog, registry: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command, with our registry and language in it."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    names = {
        "registry.example.com": registry.host,
        "python-3.13": "perl-5.40",
        "hello.py": "hello.pl",
    }
    (perl.root / "hello.pl").write_text("print 'hello'\n")

    def run(command: str) -> str:
        for old, new in names.items():
            command = command.replace(old, new)
        words = shlex.split(command)
        if words[0] == "./build.py":
            words = [sys.executable, str(ROOT / "build.py"), *words[1:], f"--catalog={perl.path}"]
        ended = subprocess.run(words, cwd=perl.root, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
        return ended.stdout

    return run


def command(name: str) -> str:
    """Return the README's line that runs this command."""
    return next(line for line in COMMANDS if line.startswith(name))


def needs(line: str, entry: lock.Entry) -> bool:
    """Whether the output of this `render` names the image: a function has one runtime."""
    return "hello.py" not in line or not entry.image.endswith("-distroless")


@pytest.mark.timeout(SECONDS)
def test_publish_diff_pin_rollback(perl: Catalog, run: Run) -> None:
    """The second release, as the README has it: tags and lock follow each other both ways."""
    push = command("./build.py push") + " --publish-untested --build"
    path, client = perl.root / "images.lock", Registry(Processes())
    run(f"{push} 20261130")
    first = list(lock.read(path).entries.values())
    for line in ("git init --quiet", "git add images.lock", "git commit --quiet -m first"):
        run(line)
    (perl.root / "runtimes/perl/shim/file").write_text("Another file.")
    run("./build.py build")
    run(f"{push} 20261201")
    second = list(lock.read(path).entries.values())
    changes = run(command("./build.py diff"))
    for old, new in zip(first, second, strict=True):
        assert f"- `{old.image}`: {old.tag} → {new.tag}\n" in changes
    run(command("git commit"))

    for line in COMMANDS:
        if line.startswith("./build.py render"):
            assert all(entry.digest in run(line) for entry in second if needs(line, entry)), line

    pinned = run(command("./build.py pin")).split()
    assert pinned == [lock.read(path).entries[name].reference for name in NAMES]
    assert list(lock.read(path).entries.values()) == second

    run(command("./build.py rollback"))
    assert list(lock.read(path).entries.values()) == first
    for old, new in zip(first, second, strict=True):
        suffix = old.image.removeprefix("perl-5.40")
        assert client.digest(f"{old.repository}:5.40{suffix}") == old.digest
        assert client.digest(f"{new.repository}:{new.tag}") == new.digest


def test_each_command_is_run_here() -> None:
    """What the README says of publishing works."""
    tested = ("push", "diff", "pin", "rollback", "render")
    assert all(
        line.startswith(
            ("git commit", *(f"./build.py {name} " for name in tested), "./build.py diff")
        )
        for line in COMMANDS
    )
