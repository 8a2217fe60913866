"""README's commands about published images, on a small catalog and a real registry."""

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.release.registry import Registry
from tests.engine.conftest import Run
from tests.support.readme import blocks

COMMANDS = [line for block in blocks("shell") for line in block.splitlines()]
SECONDS = 600
NAMES = ["perl-5.40-install", "perl-5.40", "perl-5.40-distroless"]


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


def test_each_command_is_run_here_or_with_the_signatures() -> None:
    """What the README says of publishing works."""
    here = ("push", "diff", "pin", "rollback", "render")
    signing = ("sign", "verify-release", "sbom", "reproduce")
    wanted = tuple(f"./build.py {name}" for name in (*here, *signing))
    assert all(line.startswith(("git commit", *wanted)) for line in COMMANDS)
