"""Names that SPEC.md defines, for the checks of the catalog: features and clauses."""

import re
from pathlib import Path


def features(text: str) -> list[str]:
    """Return the names of the chapter Features, or none when the text has no such chapter."""
    chapter = re.search(r"^## Features$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^- `([a-z0-9-]+)`:", chapter.group(1), re.MULTILINE) if chapter else []


def clauses(text: str) -> list[str]:
    """Return the IDs of all requirements, in the order of the text."""
    return re.findall(r"^- \*\*([A-Z]+-[0-9]+)\*\*", text, re.MULTILINE)


def read(root: Path) -> str:
    """Return SPEC.md of the repository at `root`, or an empty text where there is none."""
    path = root / "SPEC.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""
