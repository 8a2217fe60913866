from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import api
from imagebuild.errors import UsageError
from imagebuild.suite import run_plan

TREE = Path(__file__).parent.parent.parent / "engine" / "new_language"


@pytest.fixture
def toy(tmp_path: Path) -> Catalog:
    """A catalog with one language of one image, which has tests of its own."""
    (tmp_path / "runtimes/toy/tests").mkdir(parents=True)
    (tmp_path / "images.yaml").write_text((TREE / "images.yaml").read_text())
    return catalog.load(tmp_path / "images.yaml")


@pytest.fixture
def digests(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The images that the engine has, by tag."""
    found = {"p/toy:1": "sha256:1"}

    def call(host: str, path: str) -> object:
        digest = found.get(path.removeprefix("/images/").removesuffix("/json"))
        return {"Id": digest} if digest else None

    monkeypatch.setattr(api, "call", call)
    return found


def plan(toy: Catalog, *, partial: bool = False) -> list[run_plan.Run]:
    """Return the runs for all images."""
    return run_plan.plan(toy, toy.images(), prefix="p", host="unix:///none", partial=partial)


def test_each_image_has_a_run_then_each_language(toy: Catalog, digests: dict[str, str]) -> None:
    """The tests that need an engine but no image come last."""
    assert [run.name for run in plan(toy)] == ["toy-1", "toy-tests", "builder-tests"]
    assert "--image=toy-1" in plan(toy)[0].arguments


def test_a_part_of_the_suite_is_about_images_only(toy: Catalog, digests: dict[str, str]) -> None:
    """Whoever asks for a clause doesn't want to wait for the rest."""
    assert [run.name for run in plan(toy, partial=True)] == ["toy-1"]


def test_another_image_has_another_key(toy: Catalog, digests: dict[str, str]) -> None:
    """Its result isn't taken for the older one's."""
    before = [run.key for run in plan(toy)]
    assert [run.key for run in plan(toy)] == before
    digests["p/toy:1"] = "sha256:2"
    assert not set(before) & {run.key for run in plan(toy)}


def test_a_missing_image_is_said_with_what_builds_it(toy: Catalog, digests: dict[str, str]) -> None:
    """Before anything runs."""
    digests.clear()
    with pytest.raises(UsageError, match="no image `p/toy:1`") as caught:
        plan(toy)
    assert caught.value.hint == "build it: ./build.py build toy-1"
