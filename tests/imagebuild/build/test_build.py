import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imagebuild import process
from imagebuild.build import build, build_record, image_size, labels, progress, source_revision
from imagebuild.build.build_record import Entry
from imagebuild.build.steps import Known
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import api, mmdebstrap
from imagebuild.engine import engine as engines
from imagebuild.engine.engine import Engine
from imagebuild.errors import BuildError, DiskFullError, ProcessError
from imagebuild.process import Cancelled, Processes
from imagebuild.workspace import Workspace

Build = Callable[[], list[dict[str, object]]]


class Store:
    """Stands for the engine and for the programs that put images into it."""

    def __init__(self) -> None:
        self.images: dict[str, Known] = {}
        self.failing: dict[str, Exception] = {}
        self.sizes: dict[str, int] = {}
        self.commands: list[list[str]] = []

    def run(self, command: list[str], log: Path | None = None, **options: object) -> str:
        """Do what docker and buildx would do."""
        self.commands.append(command)
        if log:
            log.write_text(" ".join(command))
        if "import" in command:
            self._put(command[-1], [word.replace('"', "") for word in command])
        elif "build" in command:
            self._put(next(w[6:] for w in command if w.startswith("--tag=")), command)
        return "1"

    def read(self, command: list[str]) -> str:
        """Do what git would do."""
        return "1"

    def cancel(self) -> None:
        """Have nothing to cancel."""

    def ask(
        self, host: str, path: str, query: dict[str, str] | None = None, *, method: str = "GET"
    ) -> dict[str, str] | None:
        """Do what the engine would do."""
        tag = path.removeprefix("/images/").removesuffix("/json").removesuffix("/tag")
        if method == "DELETE":
            self.images.pop(tag, None)
        elif method == "POST":
            assert query is not None
            self.images[f"{query['repo']}:{query['tag']}"] = self.images[tag]
        elif tag in self.images:
            return {"Id": self.images[tag].digest}
        return None

    def size(self, host: str, tag: str) -> int:
        """Return the size of the image that is tagged, or will be if it isn't too large."""
        return self.sizes.get(tag.partition("-unfinished")[0], 1_000_000)

    def _put(self, tag: str, words: list[str]) -> None:
        if error := self.failing.get(tag.partition("-unfinished")[0]):
            raise error
        key = next(word.partition(f"{labels.KEY}=")[2] for word in words if labels.KEY in word)
        known = [word.partition("=")[2] for word in words if word.startswith(labels.PARENTS)]
        parents = tuple(filter(None, known[0].split(","))) if known else ()
        self.images[tag] = Known(key, f"sha256:{key}", parents)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Put a store in place of the engine."""
    store = Store()
    engine = Engine("unix:///none", ("docker",), ("docker", "buildx"), {})

    monkeypatch.setattr(process, "Processes", lambda: store)
    monkeypatch.setattr(engines, "find", lambda: engine.host)
    monkeypatch.setattr(engines, "connect", lambda processes, root: engine)
    monkeypatch.setattr(labels, "known", lambda host, tags: dict(store.images))
    monkeypatch.setattr(api, "call", store.ask)
    monkeypatch.setattr(mmdebstrap, "install", lambda processes, log: None)
    monkeypatch.setattr(image_size, "compressed", store.size)
    return store


@pytest.fixture
def run(workspace: Workspace, store: Store) -> Build:
    """Return a function that plans and builds esperanto-2.0, as the command line does."""

    def run() -> list[dict[str, object]]:
        images = [image for image in workspace.catalog.images() if image.version == "2.0"]
        return build.build(workspace, build.plan_steps(workspace, images))

    return run


def test_origin_is_the_commit_without_warnings(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever git writes to stderr beside it."""
    warnings: list[str] = []
    monkeypatch.setenv("GIT_TRACE", "1")
    assert re.fullmatch(
        r"[0-9a-f]{40}", source_revision.find(committed, Processes(), warnings.append).revision
    )
    assert warnings == []


def test_unknown_origin_of_a_clone_is_a_warning(tree: Path) -> None:
    """With git's reason, such as another owner; a folder that is no clone needs none."""
    warnings: list[str] = []
    assert source_revision.find(tree, Processes(), warnings.append).revision == "unknown"
    assert warnings == []
    (tree / ".git").write_text("broken")
    assert source_revision.find(tree, Processes(), warnings.append).revision == "unknown"
    assert warnings[0].startswith("the images don't say their commit: fatal: ")


def test_all_is_built_and_recorded(run: Build, catalog: Catalog) -> None:
    """The result has the plan's order; the record holds the same by tag."""
    result = run()
    assert [(image["tag"], image["action"]) for image in result] == [
        ("p/base:trixie", "build"),
        ("p/esperanto:2.0-install", "build"),
        ("p/esperanto:2.0", "build"),
        ("p/esperanto:2.0-distroless", "build"),
    ]
    recorded = json.loads((catalog.root / ".build/images.json").read_text())
    for image in result:
        assert image["size"] == 1_000_000
        assert recorded[image["tag"]]["digest"] == image["digest"]


def test_a_base_of_a_dockerfile_is_built_by_it(
    with_tool: Catalog, workspace: Workspace, store: Store
) -> None:
    """To its stage, from its base, with the labels by which it is known again."""
    images = [image for image in with_tool.images() if image.name == "esperanto-2.0"]
    workspace = replace(workspace, catalog=with_tool)
    built = build.build(workspace, build.plan_steps(workspace, images))
    assert [image["tag"] for image in built] == ["p/base:trixie", "p/base:tool", "p/esperanto:2.0"]
    tool, image = [command for command in store.commands if "build" in command]
    assert {"--target=program", "--build-arg=BASE=p/base:trixie"} <= set(tool)
    assert f"{labels.PARENTS}={store.images['p/base:trixie'].digest}" in tool
    assert tool[-1] == str(with_tool.root / "tool")
    assert "--build-arg=TOOL=p/base:tool" in image


def test_second_build_starts_no_program(run: Build, store: Store) -> None:
    """What is unchanged is skipped, with the size that was measured."""
    run()
    store.commands.clear()
    assert {(image["action"], image["size"]) for image in run()} == {("skip", 1_000_000)}
    assert store.commands == []


def test_fresh_clone_takes_what_the_engine_has(run: Build, store: Store, catalog: Catalog) -> None:
    """Without a record the labels tell; only the size isn't known."""
    run()
    (catalog.root / ".build/images.json").unlink()
    store.commands.clear()
    assert {(image["action"], image["size"]) for image in run()} == {("skip", 0)}
    assert store.commands == []


def test_failure_leaves_the_others_and_names_the_log(
    run: Build, store: Store, catalog: Catalog, shown: io.StringIO
) -> None:
    """The message has the last lines and the path of the log; independent images are built."""
    store.failing["p/esperanto:2.0"] = ProcessError("`docker` ended with 1", output="last lines")
    with pytest.raises(BuildError) as caught:
        run()
    log = catalog.root / ".build/logs/esperanto-2.0.log"
    assert caught.value.message == (
        f"1 of 4 images failed\n\n`esperanto-2.0`: last lines\nlog: {log}"
    )
    assert log.is_file()
    assert "p/esperanto:2.0-distroless" in store.images
    assert "p/esperanto:2.0             FAILED" in shown.getvalue()


def test_failed_base_takes_its_images_along(run: Build, store: Store) -> None:
    """They are not counted as failures of their own."""
    store.failing["p/base:trixie"] = ProcessError("`mmdebstrap` ended with 1", output="E: x")
    with pytest.raises(BuildError, match=r"^1 of 4 images failed\n\n`base-trixie`: E: x\nlog: "):
        run()


def test_full_disk_is_one_message(run: Build, store: Store) -> None:
    """It is raised as it is, not as a failure of an image among others."""
    store.failing["p/esperanto:2.0"] = DiskFullError("the disk is full")
    with pytest.raises(DiskFullError, match="^the disk is full$"):
        run()


def test_interrupted_build_is_not_called_a_failed_one(
    run: Build, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After Ctrl-C nothing is wrong with the image."""
    shown = io.StringIO()
    monkeypatch.setattr(progress, "choose", lambda _: progress.PlainProgress(shown))
    store.failing["p/base:trixie"] = Cancelled()
    with pytest.raises(Cancelled):
        run()
    assert shown.getvalue().splitlines()[1:] == ["base-trixie: stopped"]


def test_oversized_image_fails_and_leaves_the_one_before(run: Build, store: Store) -> None:
    """It never gets the tag: the next build would take it for a good one."""
    before = Known("key", "sha256:before")
    store.images["p/esperanto:2.0"] = before
    store.sizes["p/esperanto:2.0"] = 61_000_000
    with pytest.raises(BuildError, match=r"too large: `61.0 MB` compressed, its limit is 60 MB"):
        run()
    assert store.images["p/esperanto:2.0"] == before


def test_only_the_planned_tags_are_left(run: Build, store: Store) -> None:
    """Not those under which images are built and measured."""
    store.failing["p/esperanto:2.0"] = ProcessError("`docker` ended with 1", output="last lines")
    with pytest.raises(BuildError):
        run()
    tags = ["p/base:trixie", "p/esperanto:2.0-distroless", "p/esperanto:2.0-install"]
    assert sorted(store.images) == tags


def test_lowered_limit_counts_for_unchanged_images(
    run: Build, store: Store, catalog: Catalog
) -> None:
    """A limit is no input of the image, but it holds at once."""
    run()
    digest = store.images["p/esperanto:2.0"].digest
    entry = Entry("esperanto-2.0", "p/esperanto:2.0", digest, "key", 70_000_000, 1.0)
    build_record.add(catalog.root, {entry.tag: entry})
    with pytest.raises(BuildError, match=r"too large: `70.0 MB`"):
        run()
