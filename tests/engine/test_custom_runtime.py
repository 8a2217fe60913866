"""The example for people who bring an image of their own: a catalog outside the main one."""

import re
from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.engine import engine
from imagebuild.process import Processes
from tests.engine.command import SECONDS, build_py
from tests.support.containers import Engine

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "examples" / "custom-runtime" / "images.yaml")
MOST_LINES = {"webserver": 12, "lxml": 9, "perl": 12}
USUAL = ["REQUEST-12", "RESPONSE-6", "TIMEOUT-2", "FAILURE-5", "IMAGE-3", "LIFECYCLE-1"]
"""What tells that a kit which passes elsewhere is at work."""


@pytest.mark.timeout(SECONDS)
def test_build() -> None:
    """All images are made."""
    ended = build_py(CATALOG.path, "build")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("language", MOST_LINES)
def test_length(language: str) -> None:
    """A Dockerfile is as short as it is said to be."""
    text = (CATALOG.root / "runtimes" / language / "Dockerfile").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES[language]


def test_nothing_of_ours() -> None:
    """The web server's image copies only what lies beside its Dockerfile."""
    text = (CATALOG.root / "runtimes" / "webserver" / "Dockerfile").read_text(encoding="utf-8")
    assert "--from" not in text


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize(
    ("language", "clauses"), [("webserver", []), ("lxml", USUAL), ("perl", [])]
)
def test_contract(language: str, clauses: list[str]) -> None:
    """Each passes what binds its profile."""
    ended = build_py(
        CATALOG.path, "test", language, "--no-cache", *(f"--clause={name}" for name in clauses)
    )
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^\d+ passed", ended.stderr, re.MULTILINE)


def test_system_library() -> None:
    """A function finds the library that the image adds to the kit."""
    (image,) = (image for image in CATALOG.images() if image.language == "lxml")
    program = "import lxml.html; print(lxml.html.fromstring('<p>a<b>c</b>').text_content())"
    client = Engine(engine.connect(Processes(), ROOT).host)
    try:
        options = {"entrypoint": ["python3", "-c", program]}
        assert client.run(image.tag(CATALOG.prefix), [], **options).stdout == "ac\n"
    finally:
        client.close()
