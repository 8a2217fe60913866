from pathlib import Path

import pytest

from imagebuild import results
from imagebuild.results import Result

DOCUMENT = {
    "exit_code": 1,
    "seconds": 12.5,
    "outcomes": {"a": "passed", "b": "failed", "c": "waived", "d": "passed"},
    "second_try": ["d"],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a contract, a suite and a language."""
    for name in ("SPEC.md", "tests/contract/test_load.py", "runtimes/toy/fixtures/hello.toy"):
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
    results.save(tmp_path, "key", Result(3, seconds=2.0))
    assert results.load(tmp_path, "key") == Result(3, seconds=2.0, kept=True)
    assert results.load(tmp_path, "other") is None


def test_a_spoilt_result_is_none(tmp_path: Path) -> None:
    """The suite then runs again."""
    results.save(tmp_path, "key", Result(3))
    (tmp_path / results.FOLDER / "key.json").write_text("{")
    assert results.load(tmp_path, "key") is None


@pytest.mark.parametrize(
    "name", ["SPEC.md", "tests/contract/test_load.py", "runtimes/toy/fixtures/hello.toy"]
)
def test_a_change_of_the_suite_makes_another_version(tree: Path, name: str) -> None:
    """Contract, tests and fixtures count."""
    before = results.suite_version(tree, tree, "toy", "entry")
    assert results.suite_version(tree, tree, "toy", "entry") == before
    (tree / name).write_text("other text")
    assert results.suite_version(tree, tree, "toy", "entry") != before


def test_a_waiver_makes_another_version(tree: Path) -> None:
    """So does any other change of the language's entry; a file of another language does not."""
    before = results.suite_version(tree, tree, "toy", "entry")
    assert results.suite_version(tree, tree, "toy", "entry with a waiver") != before
    assert results.suite_version(tree, tree, "toy", "entry") == before


def test_the_digests_of_the_images_are_in_the_key() -> None:
    """An image that was built anew is tested anew."""
    assert results.key("version", ["a", "b"]) != results.key("version", ["a", "c"])
