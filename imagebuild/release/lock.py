"""images.lock: what is published, a reference a line, and what is known of each image.

A line is `PREFIX/LANGUAGE:TAG@sha256:...` and then `NAME=VALUE` facts, split by blanks. The lines
are sorted, so that the difference of two locks is one of images.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagebuild.errors import UsageError

NAME = "images.lock"
TITLE = "# Published images. Written by `./build.py push`, `pin` and `rollback`."
LINE = re.compile(
    r"(?P<repository>\S+):(?P<tag>[\w.-]+)@(?P<digest>sha256:[0-9a-f]{64})(?P<facts>.*)"
)


@dataclass(frozen=True)
class Entry:
    """A published image: `image` is its selector, `facts` what is known of it by name."""

    image: str
    repository: str
    tag: str
    digest: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The whole reference, with tag and digest."""
        return f"{self.repository}:{self.tag}@{self.digest}"

    @property
    def pinned(self) -> str:
        """The reference by digest alone."""
        return f"{self.repository}@{self.digest}"


@dataclass(frozen=True)
class Lock:
    """All published images by selector, their prefix, and the commit that was published last."""

    prefix: str = ""
    source: str = ""
    revision: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def with_entries(self, entries: Iterable[Entry]) -> "Lock":
        """Return the lock with `entries` in the place of those of the same images."""
        added = {entry.image: entry for entry in entries}
        return Lock(self.prefix, self.source, self.revision, {**self.entries, **added})


def render(lock: Lock) -> str:
    """Return the text of `lock`."""
    head = [
        TITLE,
        *(f"# {name}: {getattr(lock, name)}" for name in ("prefix", "source", "revision")),
    ]
    lines = sorted(_line(entry) for entry in lock.entries.values())
    return "\n".join([*head, *lines]) + "\n"


def parse(text: str, name: str = NAME) -> Lock:
    """Return the lock in `text`. Raises UsageError with the line of a mistake."""
    head = dict(re.findall(r"^# (prefix|source|revision): (.*)$", text, re.MULTILINE))
    entries = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        match = LINE.fullmatch(line.strip())
        facts = (
            dict(word.split("=", 1) for word in match["facts"].split() if "=" in word)
            if match
            else {}
        )
        if match is None or "image" not in facts:
            raise UsageError(
                f"{name}:{number}: `{line[:60]}` is no reference with the name of its image",
                "take the file from git again, or write it with `./build.py pin`",
            )
        image = facts.pop("image")
        entries[image] = Entry(image, match["repository"], match["tag"], match["digest"], facts)
    return Lock(**head, entries=entries)


def read(path: Path) -> Lock:
    """Return the lock at `path`, an empty one when there is no such file."""
    return parse(path.read_text(encoding="utf-8"), path.name) if path.exists() else Lock()


def required(path: Path) -> Lock:
    """Return the lock at `path`. Raises UsageError when nothing has been published yet."""
    lock = read(path)
    if not lock.entries:
        raise UsageError(
            f"`{path.name}` holds no image",
            "publish some with `./build.py push`, or take over what is there with `./build.py pin`",
        )
    return lock


def update(path: Path, lock: Lock) -> None:
    """Write `lock` to `path`, unless that would change nothing but the revision."""
    present = read(path)
    if (present.prefix, present.entries) != (lock.prefix, lock.entries):
        write(path, lock)


def write(path: Path, lock: Lock) -> None:
    """Write `lock` to `path`, wholly or not at all: a full disk leaves the file as it was."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", delete=False
    ) as new:
        try:
            new.write(render(lock))
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(0o644)
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def _line(entry: Entry) -> str:
    facts = {"image": entry.image, **dict(sorted(entry.facts.items()))}
    return " ".join([entry.reference, *(f"{name}={value}" for name, value in facts.items())])
