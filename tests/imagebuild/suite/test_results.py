from pathlib import Path

import pytest

from imagebuild.suite import results
from imagebuild.suite.results import Result

DOCUMENT = {
    "exit_code": 1,
    "seconds": 12.5,
    "outcomes": {"a": "passed", "b": "failed", "c": "waived", "d": "passed"},
    "second_try": ["d"],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a contract, a suite and a language."""
    for name in (
        "SPEC.md",
        "README.md",
        "examples/toy/hello.toy",
        "imagebuild/phases.py",
        "runtimes/toy/fixtures/hello.toy",
        "runtimes/toy/shim/server_test.toy",
        "supervisor/main_test.toy",
        "tests/contract/test_load.py",
        "tests/engine/new_language/images.yaml",
        "tests/support/wait.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    return tmp_path


def test_a_document_becomes_a_result() -> None:
    """Counts, and the names of the tests that need a look."""
    expected = Result(2, 1, 12.5, failed=("b",), second_try=("d",))
    assert results.from_document(DOCUMENT) == expected
    assert not expected.is_good


@pytest.mark.parametrize(("code", "early"), [(0, False), (1, False), (5, False), (2, True)])
def test_an_interrupted_run_is_no_success(code: int, early: bool) -> None:
    """Without any failure, too."""
    result = results.from_document({**DOCUMENT, "outcomes": {"a": "passed"}, "exit_code": code})
    assert result.ended_early is early
    assert result.is_good is not early


def test_a_result_is_found_by_its_key(tmp_path: Path) -> None:
    """And said to be an older one."""
    report = tmp_path / "report.xml"
    report.write_text("<report/>")
    results.save(tmp_path, "key", Result(3, seconds=2.0), report)
    assert results.load(tmp_path, "key") == Result(3, seconds=2.0, kept=True)
    assert results.kept_report(tmp_path, "key").read_text() == "<report/>"
    assert results.load(tmp_path, "other") is None


def test_a_spoilt_result_is_none(tmp_path: Path) -> None:
    """The suite then runs again."""
    results.save(tmp_path, "key", Result(3), tmp_path / "no report")
    (tmp_path / results.FOLDER / "key.json").write_text("{")
    assert results.load(tmp_path, "key") is None


@pytest.mark.parametrize(
    "name",
    [
        "SPEC.md",
        "tests/contract/test_load.py",
        "runtimes/toy/fixtures/hello.toy",
        "runtimes/toy/shim/server_test.toy",
        "imagebuild/phases.py",
    ],
)
def test_a_change_of_the_suite_makes_another_version(tree: Path, name: str) -> None:
    """Contract, tests, fixtures and the phases of the builder count."""
    before = results.suite_version(tree, tree, "toy", "entry")
    assert results.suite_version(tree, tree, "toy", "entry") == before
    (tree / name).write_text("other text")
    assert results.suite_version(tree, tree, "toy", "entry") != before


def test_a_file_that_moves_makes_another_version(tree: Path) -> None:
    """Its folder may decide what it means."""
    before = results.suite_version(tree, tree, "toy", "entry")
    file = tree / "tests/contract/test_load.py"
    (tree / "tests/contract/other").mkdir()
    file.rename(file.parent / "other" / file.name)
    assert results.suite_version(tree, tree, "toy", "entry") != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "examples/toy/hello.toy",
        "imagebuild/phases.py",
        "supervisor/main_test.toy",
        "tests/engine/new_language/images.yaml",
        "tests/support/wait.py",
    ],
)
def test_what_the_tests_of_the_builder_run_makes_another_version(tree: Path, name: str) -> None:
    """README's commands, the examples and the made-up language among it."""
    before = results.builder_version(tree)
    assert results.builder_version(tree) == before
    (tree / name).write_text("other text")
    assert results.builder_version(tree) != before


def test_a_waiver_makes_another_version(tree: Path) -> None:
    """So does any other change of the language's entry; a file of another language does not."""
    before = results.suite_version(tree, tree, "toy", "entry")
    assert results.suite_version(tree, tree, "toy", "entry with a waiver") != before
    assert results.suite_version(tree, tree, "toy", "entry") == before


def test_the_digests_of_the_images_are_in_the_key() -> None:
    """An image that was built anew is tested anew."""
    assert results.key("version", ["a", "b"]) != results.key("version", ["a", "c"])
