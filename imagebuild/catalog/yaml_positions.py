"""YAML with positions: plain values plus the line of each, for `catalog` alone.

Mappings become dicts and sequences tuples. Duplicate keys and keys that aren't text are mistakes
here already, since a dict could no longer tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagebuild.errors import CatalogError

Location = tuple[str | int, ...]


@dataclass
class Positions:
    """Where things are in one file: `lines` maps a path of keys and indexes to a line from 1."""

    file: str
    lines: dict[Location, int] = field(default_factory=dict)

    def at(self, location: Sequence[str | int]) -> str:
        """Return `FILE:LINE` of a location, or of the nearest one around it."""
        place = tuple(location)
        while place not in self.lines and place:
            place = place[:-1]
        return f"{self.file}:{self.lines.get(place, 1)}"


def read(text: str, file: str) -> tuple[Any, Positions]:
    """Parse `text`; `file` is the name that messages give. Raises CatalogError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    positions = Positions(file)
    try:
        node = yaml.compose(text)
        return _value(node, (), positions, yaml.constructor), positions
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        found = " ".join(filter(None, [error.context, error.problem]))
        raise CatalogError(
            f"{file}:{line}: not valid YAML: {found}",
            f"look at the quotes, colons and indentation of line {line} and the one before",
        ) from error
    except YAMLError as error:
        raise CatalogError(f"{file}:1: not valid YAML: {error}", "save it as UTF-8 text") from error
    except RecursionError:
        raise CatalogError(
            f"{file}:1: it has no end: an alias that stands for what it is in, or far too many "
            "brackets",
            "write out what the alias stands for",
        ) from None


def _value(node: Any, location: Location, positions: Positions, constructor: Any) -> Any:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if node is None:
        return None
    positions.lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return {
            key: _value(child, (*location, key), positions, constructor)
            for key, child in _entries(node, location, positions)
        }
    if isinstance(node, SequenceNode):
        return tuple(
            _value(child, (*location, index), positions, constructor)
            for index, child in enumerate(node.value)
        )
    try:
        return constructor.construct_object(node)
    except (ValueError, KeyError) as error:  # a date without such a day, `!!int` of a word
        kind = node.tag.rpartition(":")[2].replace("timestamp", "date")
        raise CatalogError(
            f"{positions.at(location)}: `{node.value}` is no valid {kind}: {error}",
            "correct it, or put it in quotes if it is meant as text",
        ) from error


def _entries(node: Any, location: Location, positions: Positions) -> Iterator[tuple[str, Any]]:
    """Yield key and value node of a mapping, having noted the line of each key."""
    seen: dict[str, int] = {}
    for key_node, child in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if key_node.tag != "tag:yaml.org,2002:str":
            raise CatalogError(
                f"{positions.file}:{line}: the key `{key}` is not text",
                f'put it in quotes: "{key}"' if isinstance(key, str) else "keys are plain names",
            )
        if key in seen:
            raise CatalogError(
                f"{positions.file}:{line}: the key `{key}` is here a second time, "
                f"first in line {seen[key]}",
                "remove or rename one of the two",
            )
        seen[key] = line
        positions.lines[(*location, key)] = line
        yield key, child
