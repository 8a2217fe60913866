"""A made-up language needs one folder and one catalog entry, and no change of builder or suite."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.engine import engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from tests.engine.command import SECONDS, build_py

ROOT = Path(__file__).parent.parent.parent
SOURCE = Path(__file__).with_name("new_language")
PASSES = ["REQUEST-9", "REQUEST-10", "REQUEST-12", "CONCURRENCY-7", "IMAGE-2", "IMAGE-5", "IMAGE-9"]
FAILS = "REQUEST-15"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A repository with nothing but the contract, a catalog and the folder of one language."""
    folder = tmp_path_factory.mktemp("new-language")
    shutil.copytree(SOURCE, folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "SPEC.md", folder)
    yield folder
    found = catalog.load(folder / "images.yaml")
    client = containers.connect(engine.connect(Processes(), ROOT).host)
    for image in found.images():
        client.images.remove(image.tag(found.prefix), force=True)
    client.close()


@pytest.mark.timeout(SECONDS)
def test_build(tree: Path) -> None:
    """The builder makes its image."""
    ended = build_py(tree / "images.yaml", "build")
    assert ended.returncode == 0, ended.stderr
    assert "toy" in build_py(tree / "images.yaml", "list").stdout


@pytest.mark.timeout(SECONDS)
def test_contract(tree: Path) -> None:
    """The suite runs on it, and a server of ten lines keeps these clauses."""
    ended = build_py(tree / "images.yaml", "test", *(f"--clause={clause}" for clause in PASSES))
    assert ended.returncode == 0, ended.stderr
    passed = re.search(r"^(\d+) passed, \d+ deselected", ended.stderr, re.MULTILINE)
    assert passed
    assert int(passed[1]) >= len(PASSES)


@pytest.mark.timeout(SECONDS)
def test_broken_clause(tree: Path) -> None:
    """What it doesn't do is told by clause, sentence and image."""
    ended = build_py(tree / "images.yaml", "test", f"--clause={FAILS}")
    assert ended.returncode == 7
    assert f"{FAILS}: A chunked request body MUST reach the function whole." in ended.stderr
    assert "toy-1" in ended.stderr


@pytest.mark.timeout(SECONDS)
def test_waiver(tree: Path) -> None:
    """A waived clause is tested and may fail; one that holds may not be waived."""
    path = tree / "images.yaml"
    text = path.read_text(encoding="utf-8")
    for clause, code in ((FAILS, 0), (PASSES[0], 7)):
        waiver = f'    waivers: [{{clause: {clause}, reason: "ten lines are too few"}}]\n'
        path.write_text(text + waiver, encoding="utf-8")
        assert build_py(tree / "images.yaml", "test", f"--clause={clause}").returncode == code
    path.write_text(text, encoding="utf-8")
