"""The build record, `.build/images.json`: what was built here, by tag."""

import fcntl
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = ".build"


@dataclass(frozen=True)
class Entry:
    """An image that was built: `size` is compressed, in bytes; `seconds` what the build took."""

    name: str
    tag: str
    digest: str
    key: str
    size: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return the entry as the record and `build --json` hold it."""
        return asdict(self)


def folder(root: Path) -> Path:
    """Return the folder of the builder's own files in the checkout `root`, made if missing."""
    path = root / FOLDER
    (path / "logs").mkdir(parents=True, exist_ok=True)
    return path


def log_path(root: Path, name: str) -> Path:
    """Return the path of the log of the step called `name`."""
    return folder(root) / "logs" / f"{name}.log"


def read(root: Path) -> dict[str, Entry]:
    """Return the record by tag; empty when there is none, or one that can't be read."""
    try:
        document = json.loads((root / FOLDER / "images.json").read_text(encoding="utf-8"))
        return {tag: Entry(**entry) for tag, entry in document.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def add(root: Path, entries: Mapping[str, Entry]) -> None:
    """Put `entries` (by tag) into the record, at once or not at all, beside other builds."""
    path = folder(root) / "images.json"
    with open(path.with_name("lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = {**read(root), **entries}
        document = {tag: record[tag].as_json() for tag in sorted(record)}
        new = path.with_suffix(".new")
        try:
            new.write_text(json.dumps(document, indent=2), encoding="utf-8")
            new.chmod(0o644)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
