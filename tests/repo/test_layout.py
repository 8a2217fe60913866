"""The tree is as CONTRIBUTING.md says, and holds nothing of the machine it was made on."""

import re
from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.cli import outdated_files
from tests.support import tree

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")
LANGUAGES = list(CATALOG.languages)
SLOTS = {"README.md", "Dockerfile", "shim", "fixtures", "tests"}
HEADINGS = [
    "Versions",
    "Function",
    "Answers",
    "Dependencies",
    "Settings of its own",
    "How a call is stopped",
    "Traps",
]
STAGES = {"base", "install", "runtime", "distroless"}
HOSTS = (
    r"(pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|deb\.debian\.org|"
    r"security\.debian\.org|snapshot\.debian\.org|proxy\.golang\.org|sum\.golang\.org|"
    r"repo1?\.maven|rubygems\.org|packagist\.org|api\.nuget\.org|docker\.io/)"
)
OUTPUT = r"sys\.std(out|err)|(?<![.\w])print\("
PATHS = r"(?<![\w.~$}])/(work|root|home/\w+)/\w"


@pytest.mark.parametrize("language", LANGUAGES)
def test_slots(language: str) -> None:
    """The folder of a language has the five slots."""
    assert tree.names_in(ROOT / "runtimes" / language) >= SLOTS


def test_each_folder_is_in_the_catalog() -> None:
    """No folder of runtimes/ is forgotten in images.yaml."""
    assert tree.names_in(ROOT / "runtimes") == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_readme(language: str) -> None:
    """The READMEs of all languages have the same headings."""
    text = (ROOT / "runtimes" / language / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("language", LANGUAGES)
def test_dockerfile(language: str) -> None:
    """A Dockerfile has the four stages, and runs as uid 1000."""
    text = (ROOT / "runtimes" / language / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^FROM .* AS (\w+)$", text, re.MULTILINE)) >= STAGES
    assert re.search(r"^USER 1000", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples(language: str) -> None:
    """A language has functions that people would really write."""
    assert (ROOT / "examples" / language / "examples.toml").is_file()


def test_generated_files_are_fresh() -> None:
    """`./build.py generate` would change nothing."""
    assert list(outdated_files.stale(CATALOG)) == []


@pytest.mark.parametrize(("pattern", "what"), [(HOSTS, "a registry"), (PATHS, "a path of a home")])
def test_nothing_of_this_machine(pattern: str, what: str) -> None:
    """No file names the host of a registry, nor a folder of the machine it was made on."""
    found = []
    for path in tree.files():
        text = path.read_text(encoding="utf-8", errors="replace")
        if path != Path(__file__) and (match := re.search(pattern, text)):
            found.append(f"{path.relative_to(ROOT)}: {match.group()}")
    assert found == [], f"{what} is named"


def test_only_the_command_line_prints() -> None:
    """Everything else gets an `Output`, so that a command decides what is seen and where."""
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted((ROOT / "imagebuild").rglob("*.py"))
        if "cli" not in path.parts
        for match in re.finditer(OUTPUT, path.read_text(encoding="utf-8"))
    ]
    assert found == []
