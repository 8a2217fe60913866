"""YAML as `render` writes it: the same objects always give the same text."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString


def documents(objects: Iterable[Mapping[str, Any]], comment: Iterable[str] = ()) -> str:
    """Return `objects` as YAML documents, below `comment` (lines without `#`)."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 4096
    texts = []
    for each in objects:
        stream = io.StringIO()
        yaml.dump(_literal(each), stream)
        texts.append(stream.getvalue())
    return "".join(f"# {line}\n" for line in comment) + "---\n".join(texts)


def _literal(value: Any) -> Any:
    """Return a copy of `value` in which texts of several lines are written as they are."""
    if isinstance(value, Mapping):
        return {name: _literal(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_literal(part) for part in value]
    return LiteralScalarString(value) if isinstance(value, str) and _is_plain(value) else value


def _is_plain(text: str) -> bool:
    """Whether `text` has several lines, and nothing that only a quoted scalar keeps."""
    return "\n" in text and text.replace("\n", "").replace("\t", "").isprintable()
