"""Sees the contract suite fail: puts bugs of the old runtimes back, and runs the test of each.

Takes minutes, so it isn't part of `make test`; `make mutation` runs it. A bug is a replacement in
a file of the built image; the clause named beside it has to fail then, and to pass without it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from docker.models.containers import Container

from imagebuild.catalog import catalog
from imagebuild.engine import engine
from imagebuild.functions.containers import archive
from imagebuild.process import Processes
from tests.support import alone
from tests.support.containers import Engine, read, remove

ROOT = Path(__file__).parent.parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")
VERSION = CATALOG.languages["python"].default
PREFIX = "function-runtimes-old-bugs"
PACKAGE = "/opt/serverkit/serverkit"
INSTALLER = "/usr/local/bin/install-dependencies"
SECONDS = 300


@dataclass(frozen=True)
class Bug:
    """A bug: the clause it breaks, the file it is in, and texts with their replacements."""

    name: str
    clause: str
    file: str
    changes: tuple[tuple[str, str], ...]


BUGS = [
    Bug(
        "health-waits-for-workers",
        "CONCURRENCY-2",
        "supervisor.py",
        (
            (
                'status, body, kind = 200, b"ok\\n"',
                "if probe.name == 'healthz' and self.pool.executing() >= self.pool.max_active:\n"
                "            time.sleep(1)\n"
                '        status, body, kind = 200, b"ok\\n"',
            ),
        ),
    ),
    Bug("charset-hides-json", "REQUEST-5", "event.py", (('.partition(";")[0].strip()', ""),)),
    Bug(
        "bytes-become-text",
        "REQUEST-9",
        "event.py",
        (("    return body\n", '    return body.decode("utf-8", "replace")\n'),),
    ),
    Bug(
        "no-put",
        "REQUEST-1",
        "app.py",
        (
            (
                "        try:\n            body = read_body",
                '        if environ["REQUEST_METHOD"] in ("PUT", "OPTIONS"):\n'
                '            return plain(405, "")\n'
                "        try:\n            body = read_body",
            ),
        ),
    ),
    Bug("unprefixed-variable", "REQUEST-21", "settings.py", (('"FUNC_RUNTIME"', '"RUNTIME"'),)),
    Bug(
        "unserialisable-is-slow",
        "RESPONSE-10",
        "app.py",
        (
            (
                "text = json.dumps(value, allow_nan=False)",
                'text = json.dumps(value, default=lambda _: __import__("time").sleep(2))',
            ),
        ),
    ),
    Bug(
        "stream-comes-at-the-end",
        "RESPONSE-9",
        "app.py",
        (("pieces = encoded(iter(iterable))", "pieces = iter(list(encoded(iter(iterable))))"),),
    ),
    Bug(
        "exit-is-noticed-late",
        "FAILURE-4",
        "supervisor.py",
        (
            (
                "if member:\n                self.stand_in",
                "if member:\n                time.sleep(1.5)\n                self.stand_in",
            ),
        ),
    ),
    Bug(
        "never-settles-never-ends",
        "TIMEOUT-3",
        "supervisor.py",
        (("now - start >= timeout)", "now - start >= timeout + 3)"),),
    ),
    Bug(
        "one-timeout-ends-all",
        "TIMEOUT-7",
        "supervisor.py",
        (
            (
                "end_tree(member.pid)",
                "[end_tree(pid) for pid in list(self.pool.by_pid)]",
            ),
        ),
    ),
    Bug(
        "work-goes-on",
        "TIMEOUT-6",
        "supervisor.py",
        (("end_tree(member.pid)", "self.stand_in.speak_for(member)"),),
    ),
    Bug("children-go-on", "TIMEOUT-11", "deadline.py", (("    while True:", "    while False:"),)),
    Bug(
        "drops-at-sigterm",
        "LIFECYCLE-1",
        "supervisor.py",
        (("return drained >= self.settings.grace_period or not (busy or leased)", "return True"),),
    ),
    Bug(
        "short-grace",
        "LIFECYCLE-5",
        "settings.py",
        (
            (
                "grace_period=max(\n                timeout,",
                "grace_period=max(\n                0.0,",
            ),
        ),
    ),
    Bug(
        "listens-before-loading",
        "LOAD-9",
        "supervisor.py",
        (
            (
                "        code = self.nursery.wait_until_loaded()",
                "        self.front.listen(self.settings.port)\n"
                "        code = self.nursery.wait_until_loaded()",
            ),
            ("        self.front.listen(self.settings.port)  # LOAD-9\n", ""),
        ),
    ),
    Bug(
        "healthy-without-function",
        "LOAD-8",
        "supervisor.py",
        (("        if code is not None:\n            return code\n", ""),),
    ),
    Bug(
        "unquoted-variable",
        "IMAGE-13",
        INSTALLER,
        (('if [ ! -s "$manifest" ]', 'eval "set -- $manifest"; if [ ! -s "$manifest" ]'),),
    ),
]


@pytest.fixture(scope="module")
def containers() -> Iterator[Engine]:
    """The engine, on which no other suite runs meanwhile."""
    lock = alone.acquire()
    connected = Engine(engine.connect(Processes(), ROOT).host)
    yield connected
    for image in connected.client.images.list(f"{PREFIX}/python"):
        connected.client.images.remove(image.tags[0], force=True)
    connected.close()
    if lock:
        lock.close()


def images(containers: Engine, bug: Bug | None) -> None:
    """Tag the images of the default version with our prefix, with the bug in one of them."""
    for suffix in ("", "-install"):
        container = containers.create(f"{CATALOG.prefix}/python:{VERSION}{suffix}", ["none"])
        try:
            if bug and (bug.file == INSTALLER) == bool(suffix):
                put_bug(container, bug)
            container.commit(f"{PREFIX}/python", f"{VERSION}{suffix}", conf=config(container))
        finally:
            remove(container)


def config(container: Container) -> dict[str, object]:
    """Return the configuration of the image that a container was made from."""
    attributes = container.image.attrs if container.image else {}
    return dict(attributes["Config"])


def put_bug(container: Container, bug: Bug) -> None:
    """Change a file of a container; an empty file in place of its bytecode makes it count."""
    path = Path(PACKAGE, bug.file)  # stays INSTALLER where that is the file
    text = read(container, str(path)).decode()
    for old, new in bug.changes:
        assert text.count(old) == 1, f"`{path}` no longer holds this once: {old}"
        text = text.replace(old, new)
    files = {path.name: text.encode()}
    if path.suffix == ".py":
        files[f"__pycache__/{path.stem}.cpython-{VERSION.replace('.', '')}.pyc"] = b""
    container.put_archive("/", archive(files, mode=0o755, folder=str(path.parent)))


def run_suite(*clauses: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a clause on our image; no second try."""
    options = [f"--clause={clause}" for clause in clauses]
    command = [sys.executable, "-m", "pytest", "tests/contract", "-q"]
    return subprocess.run(
        [*command, *options, f"--image=python-{VERSION}", f"--prefix={PREFIX}"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.mark.timeout(SECONDS)
def test_control(containers: Engine) -> None:
    """Without a bug, all the clauses pass on an image that was made the same way."""
    images(containers, None)
    ended = run_suite(*sorted({bug.clause for bug in BUGS}))
    assert ended.returncode == 0, ended.stdout


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_bug_is_found(containers: Engine, bug: Bug) -> None:
    """With the bug, a test of its clause fails, and says so."""
    images(containers, bug)
    ended = run_suite(bug.clause)
    assert ended.returncode == 1, ended.stdout
    assert f"{bug.clause}: " in ended.stdout
