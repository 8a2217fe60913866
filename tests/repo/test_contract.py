"""SPEC.md, the contract tests, the fixtures, the waivers and the catalog agree."""

import re
from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from tests.support import body_cases, http_cases, specification, tree
from tests.support.naming import names

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")
CONTRACT = specification.read(ROOT)
TESTS = sorted((ROOT / "tests" / "contract").glob("test_*.py"))
CITATION = re.compile(r"\b[A-Z]{4,}-[0-9]+\b")
OWN = re.compile(r'mark\.function\(\s*"(\w+)"')
LANGUAGES = list(CATALOG.languages)


def cited(path: Path) -> set[str]:
    """Return the clauses in the markers of a file of tests, and in the table of cases it reads."""
    markers = re.findall(r"mark\.clause\(([^)]*)\)", path.read_text(encoding="utf-8"))
    tables = {
        "test_http": http_cases.clauses(http_cases.CASES),
        "test_request_bodies": body_cases.clauses(body_cases.CASES),
    }
    return {
        *tables.get(path.stem, []),
        *(name for marker in markers for name in CITATION.findall(marker)),
    }


def test_every_requirement_has_a_test() -> None:
    """Each MUST is cited by a contract test, in the file of its chapter or another."""
    binding = {clause.id for clause in CONTRACT.clauses.values() if clause.is_binding}
    assert binding - set().union(*map(cited, TESTS)) == set()


def test_every_cited_clause_exists() -> None:
    """A test of the suite or of a language cites only what SPEC.md has."""
    files = [*TESTS, *(ROOT / "runtimes").glob("*/tests/test_*.py")]
    unknown = {path.name: cited(path) - set(CONTRACT.clauses) for path in files}
    assert {name: ids for name, ids in unknown.items() if ids} == {}


def test_every_clause_is_one_sentence_with_an_id_of_its_chapter() -> None:
    """No line of SPEC.md that looks like a clause escapes the parser."""
    text = (ROOT / "SPEC.md").read_text(encoding="utf-8")
    lines = re.findall(r"^- \*\*[A-Z].*$", text, re.MULTILINE)
    assert len(lines) == len(CONTRACT.clauses)
    for clause in CONTRACT.clauses.values():
        assert len(re.findall(r"\b(MUST|SHOULD|MAY)\b", clause.sentence)) == 1, clause
        assert f"## {clause.id.partition('-')[0]}\n" in text


def test_comments_cite_clauses_that_exist() -> None:
    """A comment that gives a clause as its reason can be looked up."""
    chapters = "|".join({name.partition("-")[0] for name in CONTRACT.clauses})
    pattern = re.compile(rf"\b(?:{chapters})-[0-9]+\b")
    folders = {"runtimes", "serverkit", "imagebuild", "docs", "tests"}
    for path in tree.files():
        inside = path.relative_to(ROOT).parts[0] in folders and path != Path(__file__)
        if inside and path.suffix in {".py", ".js", ".go", ".java", ".sh", ".md"}:
            found = set(pattern.findall(path.read_text(encoding="utf-8", errors="replace")))
            assert found <= set(CONTRACT.clauses), path


def test_features_agree() -> None:
    """The features of clauses and functions are those of the chapter Features."""
    used = {clause.feature for clause in CONTRACT.clauses.values()}
    used |= set(CONTRACT.functions.values())
    assert used - {None} <= set(CONTRACT.features)


def test_each_chapter_has_its_file() -> None:
    """tests/contract has a file for each chapter; what a further one is about follows its name."""
    chapters = {name.partition("-")[0].lower() for name in CONTRACT.clauses}
    assert {path.stem.removeprefix("test_").partition("_")[0] for path in TESTS} == chapters
    assert {path.stem.removeprefix("test_") for path in TESTS} >= chapters


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixtures(language: str) -> None:
    """A language has the reference functions of its features, else only what its tests start."""
    entry = CATALOG.languages[language]
    folder = ROOT / "runtimes" / language / "fixtures"
    functions = {
        function
        for function, feature in CONTRACT.functions.items()
        if feature is None or feature in entry.binding_features
    }
    for test in folder.with_name("tests").glob("test_*.py"):
        functions.update(OWN.findall(test.read_text(encoding="utf-8")))
    wanted = {names(function, entry.fixtures).file for function in functions}
    suffix = entry.kubeless.fileNameSuffix
    assert {name for name in tree.names_in(folder) if name.endswith(suffix)} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_manifests(language: str) -> None:
    """The functions with dependencies have their manifest beside them."""
    entry = CATALOG.languages[language]
    folder = ROOT / "runtimes" / language / "fixtures"
    if "installation" in entry.features:
        for function in ("dependency", "collision", "broken_manifest"):
            assert (folder / f"{function}.deps" / entry.kubeless.depName).is_file()


def test_no_test_names_a_language() -> None:
    """The suite is the same for all: what differs is in images.yaml."""
    words = "|".join([*LANGUAGES, "golang", "ruby", "php", "dotnet"])
    folders = [ROOT / "tests" / name for name in ("contract", "support")]
    for path in (path for folder in folders for path in folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        assert not re.search(rf"[\"'`](?:{words})\b", code), path
