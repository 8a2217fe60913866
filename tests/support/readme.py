"""The commands of README.md: the lines of its `sh` blocks."""

import re
from pathlib import Path

TEXT = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the contents of the fenced blocks in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
ENGINE = re.compile(r"\./build\.py (build|test|run|demo|bench|engine)\b")
"""Commands that need a container engine: tests/engine runs them."""
