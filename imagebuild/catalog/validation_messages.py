"""Mistakes of the catalog in words: what pydantic found, with its place and the nearest name."""

import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from imagebuild.catalog import model
from imagebuild.catalog.yaml_positions import Location, Positions
from imagebuild.errors import CatalogError, suggestion

PREFIX_HINT = "its form is `NAME` or `HOST:PORT/NAME`, for example `registry.example.com/team`"

FORMS: Mapping[str, str] = {
    model.PREFIX_FORM: PREFIX_HINT,
    model.LANGUAGE_FORM: "a language ID is small letters, since Kubeless allows no digits in it: "
    "versions stand under `versions`",
    model.VERSION_FORM: 'a version is digits and dots in quotes, for example "3.13"',
    model.CLAUSE_FORM: "a clause is an ID of SPEC.md, for example `TIMEOUT-1`",
    model.DIGEST_FORM: "an image is given by its digest, `NAME@sha256:` and 64 hex digits",
    model.FIXTURE_FORM: "the forms are `{snake}`, `{kebab}` and `{pascal}`",
    model.ARGUMENT_FORM: "a build argument is capital letters, digits and `_`",
    model.PLATFORM_FORM: "a platform is `linux/ARCHITECTURE`, for example `linux/amd64`",
}

HINTS: Mapping[str, str] = {
    "string_type": "put it in quotes",
    "date_type": "a date is YYYY-MM-DD without quotes",
    "float_type": "write a number, without quotes",
    "bool_type": "write `true` or `false`, without quotes",
    "greater_than": "give a larger number",
    "model_type": "write keys with values below it, each line as `key: value`",
    "dict_type": "write keys with values below it, each line as `key: value`",
    "tuple_type": "write a list, `[one, two]` or a line with `- ` for each",
}


EXPECTED: Mapping[str, str] = {
    "model_type": "expected a mapping",
    "dict_type": "expected a mapping",
    "tuple_type": "expected a list",
}
"""What pydantic would call by the names of Python's types."""


def describe(errors: Iterable[Mapping[str, Any]], positions: Positions) -> CatalogError:
    """Return one error that names all `errors` (of pydantic), in the order of the file."""
    found = list(errors)
    inside = {error["loc"][:-1] for error in found}
    described = sorted(
        (_line(positions, error["loc"]), *_words(error, positions))
        for error in found
        if error["type"] != "too_short" or error["loc"] not in inside  # pydantic counts good ones
    )
    *others, last = dict.fromkeys((message, hint) for _, message, hint in described)
    lines = [f"{message}\nhint: {hint}" if hint else message for message, hint in others]
    return CatalogError("\n".join([*lines, last[0]]), last[1])


def _line(positions: Positions, location: Location) -> int:
    return int(positions.at(_place(location)).rpartition(":")[2])


def _place(location: Location) -> Location:
    """Return the location without pydantic's mark for 'the key itself'."""
    return location[:-1] if location and location[-1] == "[key]" else location


def _words(error: Mapping[str, Any], positions: Positions) -> tuple[str, str]:
    place = _place(error["loc"])
    where = positions.at(place)
    inside = f" in `{_dotted(place[:-1])}`" if len(place) > 1 else ""
    name = place[-1] if place else "images.yaml"
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: unknown key `{name}`{inside}", suggestion(
                str(name), valid_keys(place[:-1])
            )
        case "missing":
            return f"{where}: `{name}` is missing{inside}", "add it; images.schema.json lists all"
        case "literal_error":
            valid = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{where}: unknown name `{name}`{inside}", suggestion(str(name), valid)
        case "string_pattern_mismatch":
            hint = FORMS.get(context["pattern"], f"its form is `{context['pattern']}`")
            return f"{where}: `{error['input']}` is no valid {_role(error['loc'])}{inside}", hint
        case "too_short":
            return f"{where}: `{name}`{inside} is empty", "it needs at least one entry"
        case kind:
            expected = EXPECTED.get(kind, str(error["msg"]).replace("Input should be", "expected"))
            found = _found(error["input"])
            return f"{where}: `{name}`{inside} is {found}: {expected}", HINTS.get(kind, "")


def _role(location: Location) -> str:
    """Return what text in this place is: a name that is a key, or the value of a key."""
    if location[-1] == "[key]":
        return "language ID" if location[0] == "languages" and len(location) == 3 else "name"
    names = [str(part) for part in location if isinstance(part, str)]
    return f"value of `{names[-1]}`"


def _found(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    return "empty" if value is None else f"`{value}`"


def _dotted(location: Location) -> str:
    return ".".join(str(part) for part in location)


def valid_keys(location: Location) -> list[str]:
    """Return the keys that the mapping at this location of the catalog may have."""
    kind: Any = model.Document
    for part in location:
        if isinstance(kind, type) and issubclass(kind, model.Model):
            kind = kind.model_fields[str(part)].annotation
        else:
            kind = typing.get_args(kind)[0 if isinstance(part, int) else 1]
        kind = _bare(kind)
    return list(kind.model_fields) if hasattr(kind, "model_fields") else []


def _bare(kind: Any) -> Any:
    """Return the type without Annotated and without `| None`."""
    while typing.get_origin(kind) in (typing.Annotated, types.UnionType, typing.Union):
        kind = typing.get_args(kind)[0]
    return kind
