"""SPEC.md as data: its clauses, features and reference functions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imagebuild.catalog import specification

CLAUSE = re.compile(
    r"^- \*\*(?P<id>[A-Z]+-[0-9]+)\*\*( \[feature: (?P<feature>[a-z-]+)\])? (?P<sentence>.+)$",
    re.MULTILINE,
)
FUNCTION = re.compile(r"^\| `(?P<name>[a-z_]+)` \| *(?P<feature>[a-z-]*) *\|", re.MULTILINE)


@dataclass(frozen=True)
class Clause:
    """One requirement: its permanent ID, its sentence, and the feature it binds (None: all)."""

    id: str
    sentence: str
    feature: str | None

    @property
    def is_binding(self) -> bool:
        """Whether it is a MUST, which a test has to cite."""
        return "MUST" in self.sentence


@dataclass(frozen=True)
class Specification:
    """The whole contract; `functions` maps a reference function to its feature (None: all)."""

    clauses: Mapping[str, Clause]
    functions: Mapping[str, str | None]
    features: tuple[str, ...]


def read(root: Path) -> Specification:
    """Read SPEC.md of the repository at `root`."""
    return parse(specification.read(root))


def parse(text: str) -> Specification:
    """Return the contract that `text` states."""
    appendix = text.partition("## Appendix")[2]
    return Specification(
        clauses={
            match["id"]: Clause(match["id"], match["sentence"], match["feature"])
            for match in CLAUSE.finditer(text)
        },
        functions={
            match["name"]: match["feature"] or None for match in FUNCTION.finditer(appendix)
        },
        features=tuple(specification.features(text)),
    )
