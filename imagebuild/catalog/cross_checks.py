"""Checks across the catalog that no single mapping can do: names that must exist elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from imagebuild.catalog import specification
from imagebuild.catalog.model import Base, Document, Language
from imagebuild.catalog.yaml_positions import Location, Positions
from imagebuild.errors import CatalogError, suggestion

Reference = tuple[Location, str, str, list[str]]
"""A name used somewhere: its location, what it names, the name, and the valid names."""


def check(document: Document, root: Path, positions: Positions) -> None:
    """Raise CatalogError for the first name that doesn't exist, or base that isn't one."""
    for name, base in document.bases.items():
        _check_kind(positions.at(("bases", name)), name, base)
    for location, role, name, valid in _references(document, root):
        if name not in valid:
            raise CatalogError(
                f"{positions.at(location)}: unknown {role} `{name}`", suggestion(name, valid)
            )
    if "base" in document.languages:
        raise CatalogError(
            f"{positions.at(('languages', 'base'))}: a language can't be called `base`",
            "`PREFIX/base` is the name of the base images",
        )


def _check_kind(place: str, name: str, base: Base) -> None:
    """Raise CatalogError unless `base` is of one kind, and has all that this kind needs."""
    kinds = {"suite": base.suite, "image": base.image, "folder": base.folder}
    found = [f"`{key}`" for key, value in kinds.items() if value is not None]
    if len(found) != 1:
        raise CatalogError(
            f"{place}: the base `{name}` needs one of `suite`, `image` and `folder`, "
            f"found {' and '.join(found) or 'none'}",
            "a Debian suite, an image with its digest, or a folder with a Dockerfile",
        )
    together = {"folder": base.folder, "target": base.target, "base": base.base}
    missing = [f"`{key}`" for key, value in together.items() if value is None]
    if 0 < len(missing) < len(together):
        raise CatalogError(
            f"{place}: the base `{name}` lacks {' and '.join(missing)}",
            "`folder`, `target` and `base` belong together: the Dockerfile in `folder` is built "
            "to its stage `target`, from `base`",
        )


def _references(document: Document, root: Path) -> Iterator[Reference]:
    text = specification.read(root)
    variants = [name for language in document.languages.values() for name in language.variants]
    for key, names in document.usual_tests or ():
        for index, name in enumerate(names):
            yield ("usual_tests", key, index), "variant", name, variants
    ground = [name for name, base in document.bases.items() if base.folder is None]
    for name, base in document.bases.items():
        if base.base is not None:
            yield ("bases", name, "base"), "base", base.base, ground
    for name, language in document.languages.items():
        yield from _in_language(("languages", name), language, list(document.bases))
        if text:
            yield from _in_specification(("languages", name), language, text)


def _in_language(here: Location, language: Language, bases: list[str]) -> Iterator[Reference]:
    versions, variants = list(language.versions), list(language.variants)
    yield (*here, "default"), "version", language.default, versions
    for name, version in language.versions.items():
        place = (*here, "versions", name)
        yield (*place, "base"), "base", version.base, bases
        for argument, base in version.extra_bases.items():
            yield (*place, "extra_bases", argument), "base", base, bases
    for phase_name, phase in language.kubeless.phases.items():
        place = (*here, "kubeless", "phases", phase_name, "variant")
        yield place, "variant", phase.variant, variants
    for name in language.version_command:
        yield (*here, "version_command", name), "variant", name, variants
    for index, waiver in enumerate(language.waivers):
        place = (*here, "waivers", index)
        for number, version_name in enumerate(waiver.versions):
            yield (*place, "versions", number), "version", version_name, versions
        for number, variant_name in enumerate(waiver.variants):
            yield (*place, "variants", number), "variant", variant_name, variants


def _in_specification(here: Location, language: Language, text: str) -> Iterator[Reference]:
    features, clauses = specification.features(text), specification.clauses(text)
    for index, feature in enumerate(language.features):
        yield (*here, "features", index), "feature", feature, features
    for index, waiver in enumerate(language.waivers):
        yield (*here, "waivers", index, "clause"), "clause", waiver.clause, clauses


def warnings(document: Document, positions: Positions) -> Iterator[str]:
    """Yield what is allowed but has a price: IDs whose liveness probe Kubeless won't find."""
    ids: list[tuple[Location, str]] = []
    for name, language in document.languages.items():
        ids.append((("languages", name), name))
        for variant_name, variant in language.variants.items():
            place: Location = ("languages", name, "variants", variant_name, "kubeless_id")
            ids += [(place, variant.kubeless_id)] if variant.kubeless_id else []
    lost = [(location, f"`{found}`") for location, found in ids if "_" in found or "-" in found]
    if lost:
        yield (
            f"{positions.at(lost[0][0])}: Kubeless finds no liveness probe for "
            f"{', '.join(found for _, found in lost)}, since an ID with `_` or `-` has none"
        )
