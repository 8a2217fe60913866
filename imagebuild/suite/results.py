"""Results of the contract suite, kept by image digests and version of the suite."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FOLDER = ".build/results"
SUITE_FILES = ("conftest.py", "pyproject.toml", "requirements.txt")
SUITE_FOLDERS = ("tests/support", "tests/contract", "imagebuild")
"""The builder is one: its phases and its engine are those of the suite."""

BUILDER_FILES = (*SUITE_FILES, "build.py", "images.yaml", "Makefile", "README.md", "SPEC.md")
BUILDER_FOLDERS = (
    *("imagebuild", "examples", "bench", "supervisor", "tests/engine", "tests/support"),
)
"""With the files: what the builder's own tests run, README's commands and the examples too."""

LANGUAGE_PARTS = ("Dockerfile", "shim", "fixtures", "tests")
"""Of a language; unit tests may stand beside the sources, where no image has them."""

ENDED_WELL = (0, 1, 5)
"""pytest's exit codes when it ran to its end: all passed, some failed, nothing to run."""


@dataclass(frozen=True)
class Result:
    """How one run went: counts, seconds, and the names of the tests that need a look."""

    passed: int = 0
    waived: int = 0
    seconds: float = 0.0
    failed: tuple[str, ...] = ()
    second_try: tuple[str, ...] = ()
    ended_early: bool = False
    kept: bool = field(default=False, compare=False)

    @property
    def is_good(self) -> bool:
        """Whether all of it ran and nothing failed."""
        return not self.failed and not self.ended_early

    @property
    def is_empty(self) -> bool:
        """Whether no test applied."""
        return self.is_good and not self.passed and not self.waived


def from_document(document: Mapping[str, Any]) -> Result:
    """Return the result in the JSON document that the suite's plug-in wrote."""
    outcomes: dict[str, str] = document["outcomes"]
    return Result(
        passed=list(outcomes.values()).count("passed"),
        waived=list(outcomes.values()).count("waived"),
        seconds=document["seconds"],
        failed=tuple(name for name, outcome in outcomes.items() if outcome == "failed"),
        second_try=tuple(document["second_try"]),
        ended_early=document["exit_code"] not in ENDED_WELL,
    )


def suite_version(root: Path, suite_root: Path, language: str, entry: str) -> str:
    """Return a digest of all that decides how a language is tested, besides its images.

    `root` is the catalog's repository, `suite_root` the one the suite is in (mostly the same);
    `entry` is what the catalog says of the language: its features and waivers decide too.
    """
    own = [f"runtimes/{language}/{name}" for name in LANGUAGE_PARTS]
    suite = _digests(suite_root, [*SUITE_FILES, *SUITE_FOLDERS])
    return key(entry, [*suite, *_digests(root, ["SPEC.md", *own])])


def builder_version(root: Path) -> str:
    """Return a digest of the builder, of its tests that need an engine, and of what they run."""
    return key("builder", _digests(root, [*BUILDER_FILES, *BUILDER_FOLDERS]))


def key(version: str, digests: Iterable[str]) -> str:
    """Return the name under which a result is kept: of a suite and the images it ran on."""
    return hashlib.sha256(json.dumps([version, *digests]).encode()).hexdigest()[:32]


def load(root: Path, name: str) -> Result | None:
    """Return the result kept under `name`, None when there is none."""
    try:
        document = json.loads((root / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        lists = {part: tuple(document.pop(part)) for part in ("failed", "second_try")}
        return Result(**{**document, **lists, "kept": True})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(root: Path, name: str, result: Result, report: Path) -> None:
    """Keep `result` under `name`, and the JUnit file `report` beside it."""
    kept = kept_report(root, name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if report.exists():
        shutil.copyfile(report, kept)
    kept.with_suffix(".json").write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")


def kept_report(root: Path, name: str) -> Path:
    """Return the path of the JUnit file of the result that is kept under `name`."""
    return root / FOLDER / f"{name}.xml"


def _digests(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield path and digest of each file that `names`, files and folders of `root`, stand for."""
    for name in names:
        for path in (root / name, *sorted((root / name).rglob("*"))):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix()
                yield hashlib.sha256(path.read_bytes()).hexdigest()
