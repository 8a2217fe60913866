"""The names that a language gives the reference functions of SPEC.md's appendix."""

from dataclasses import dataclass

from imagebuild.catalog.model import Fixtures


@dataclass(frozen=True)
class Names:
    """File in `fixtures/`, value of MOD_NAME, value of FUNC_HANDLER."""

    file: str
    module: str
    handler: str


def names(function: str, fixtures: Fixtures) -> Names:
    """Return the names of the reference `function` (`load_syntax`) after the catalog's patterns."""
    return Names(
        file=_fill(fixtures.file, function),
        module=_fill(fixtures.module, function),
        handler=_fill(fixtures.handler, function),
    )


def _fill(pattern: str, function: str) -> str:
    words = function.split("_")
    return pattern.format(
        snake=function,
        kebab="-".join(words),
        pascal="".join(word.capitalize() for word in words),
    )
