"""A small catalog with a made-up language, in a folder of its own."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog, Image, load
from imagebuild.output import Output
from imagebuild.workspace import Workspace
from tests.imagebuild.memory_registry import MemoryRegistry

CATALOG = """\
prefix: prefix
source: https://example.org/source
platforms: [linux/amd64]
bases:
  trixie: {suite: trixie, packages: [ca-certificates]}
  pinned: {image: "debian@sha256:%s"}
languages:
  esperanto:
    title: Esperanto
    default: "2.0"
    features: [streaming]
    contexts: {kit: kit}
    fixtures: {file: "{snake}.eo", module: "{snake}", handler: handler}
    kubeless:
      depName: deps.txt
      fileNameSuffix: .eo
      phases:
        installation: {variant: install, command: install-dependencies}
    variants:
      install: {target: install, size_limit_mb: 150}
      standard: {target: runtime, size_limit_mb: 60}
      distroless: {target: distroless, size_limit_mb: 40}
    versions:
      "1.0": {base: trixie, end_of_life: 2020-01-01}
      "2.0": {base: trixie, end_of_life: 2100-01-01, arguments: {NAME: value}}
      "3.0": {base: pinned, end_of_life: 2100-01-01}
""" % ("0" * 64)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a repository with images.yaml, one language and a further context."""
    for path, content in {
        "images.yaml": CATALOG,
        "runtimes/esperanto/Dockerfile": "FROM scratch\n",
        "runtimes/esperanto/.dockerignore": "README.md\ntests/\n",
        "runtimes/esperanto/README.md": "read me\n",
        "runtimes/esperanto/tests/test_it.py": "\n",
        "runtimes/esperanto/shim/server.eo": "saluton\n",
        "kit/kit.eo": "kit\n",
        "tool/Dockerfile": "FROM scratch\n",
        "tool/.dockerignore": "*_test.eo\n",
        "tool/main.eo": "tool\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def catalog(tree: Path) -> Catalog:
    """Return the catalog of `tree`."""
    return load(tree / "images.yaml")


@pytest.fixture
def shown() -> io.StringIO:
    """Return what a command with `workspace` shows of its progress."""
    return io.StringIO()


@pytest.fixture
def workspace(catalog: Catalog, shown: io.StringIO) -> Workspace:
    """Return the workspace of `tree`."""
    return Workspace(catalog, "p", Output(io.StringIO(), shown), jobs=2)


@pytest.fixture
def edited(tree: Path) -> Callable[[str, str], Path]:
    """Return a function that replaces text in images.yaml of `tree` and returns its path."""

    def edit(old: str, new: str) -> Path:
        path = tree / "images.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


@pytest.fixture
def with_tool(edited: Callable[[str, str], Path]) -> Catalog:
    """Return the catalog of `tree`, in which version 2.0 also needs the base `tool`.

    It stands before the base that it is made on.
    """
    edited("  trixie: {", "  tool: {folder: tool, target: program, base: trixie}\n  trixie: {")
    old = '"2.0": {base: trixie'
    return load(edited(old, f"{old}, extra_bases: {{TOOL: tool}}"))


@pytest.fixture
def committed(tree: Path) -> Path:
    """Return `tree` as a git clone whose only commit holds all of it."""
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", str(tree), *command], check=True)
    return tree


@pytest.fixture
def registry() -> MemoryRegistry:
    """Return an empty registry."""
    return MemoryRegistry()


@pytest.fixture
def images(catalog: Catalog) -> dict[str, Image]:
    """Return the images of version 2.0, by variant."""
    return {image.variant: image for image in catalog.images() if image.version == "2.0"}
