"""The catalog: reads `images.yaml`, the only list of images, and checks it.

`load(path)` is the only reader of that file. Everything else works on `Catalog` and `Image`.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagebuild.catalog.cross_checks import check, warnings
from imagebuild.catalog.model import Base, Document, Language, UsualTests, Variant, Version, Waiver
from imagebuild.catalog.yaml_positions import read
from imagebuild.errors import CatalogError, UsageError


@dataclass(frozen=True)
class Image:
    """One image of the catalog: a variant of a version of a language."""

    language: str
    version: str
    variant: str
    language_entry: Language
    version_entry: Version
    variant_entry: Variant

    @property
    def suffix(self) -> str:
        """The end of tag and name: empty for the variant `standard`, else `-VARIANT`."""
        return "" if self.variant == "standard" else f"-{self.variant}"

    @property
    def name(self) -> str:
        """The selector of exactly this image, for example `python-3.13-distroless`.

        The standard image is called `python-3.13`, which as a selector means all its variants.
        """
        return f"{self.language}-{self.version}{self.suffix}"

    def tag(self, prefix: str) -> str:
        """Return the whole reference, `PREFIX/LANGUAGE:VERSION[-VARIANT]`."""
        return f"{prefix}/{self.language}:{self.version}{self.suffix}"

    @property
    def folder(self) -> str:
        """The build context, from the repository's root: `runtimes/LANGUAGE`."""
        return f"runtimes/{self.language}"

    @property
    def bases(self) -> tuple[str, ...]:
        """Names of the base images this one needs; the first is the build argument BASE."""
        return (self.version_entry.base, *self.version_entry.extra_bases.values())

    @property
    def is_runtime(self) -> bool:
        """Whether functions run in it: the standard image, and others that no phase runs in."""
        phases = self.language_entry.kubeless.phases.values()
        return self.variant == "standard" or self.variant not in {p.variant for p in phases}

    def is_legacy(self, today: datetime.date) -> bool:
        """Whether the version is past its end of life, and so built on request only."""
        return self.version_entry.end_of_life < today

    def waivers(self) -> list[Waiver]:
        """Return the waivers of the language that hold for this image."""
        return [
            waiver
            for waiver in self.language_entry.waivers
            if (not waiver.versions or self.version in waiver.versions)
            and (not waiver.variants or self.variant in waiver.variants)
        ]


@dataclass(frozen=True)
class Catalog:
    """What `images.yaml` says. `root` is the folder it lies in: the repository."""

    path: Path
    prefix: str
    source: str
    platforms: tuple[str, ...]
    bases: Mapping[str, Base]
    languages: Mapping[str, Language]
    usual_tests: UsualTests | None = None
    warnings: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The repository's root."""
        return self.path.parent

    def bases_of(self, images: Iterable[Image]) -> list[str]:
        """Return the names of all bases that `images` need, each after the one it is made on."""
        named = {name for image in images for name in image.bases}
        below = {base for name in named if (base := self.bases[name].base)}
        order = sorted(self.bases, key=lambda name: self.bases[name].base is not None)
        return [name for name in order if name in named | below]

    def images(self) -> list[Image]:
        """Return all images, legacy ones included, in the order of the file."""
        return [
            Image(language_name, version_name, variant_name, language, version, variant)
            for language_name, language in self.languages.items()
            for version_name, version in language.versions.items()
            for variant_name, variant in language.variants.items()
        ]


def load(path: Path) -> Catalog:
    """Read and check the catalog at `path`. Raises CatalogError, UsageError when it isn't there."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"can't read the catalog `{path}`: {error.strerror}",
            "give the path of an images.yaml with --catalog",
        ) from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path.name}:1: not UTF-8 text: {error}", "save it as UTF-8") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Catalog:
    """Check `text` as the content of the catalog at `path`. Raises CatalogError."""
    from pydantic import ValidationError

    data, positions = read(text, path.name)
    try:
        document = Document.model_validate(data)
    except ValidationError as error:
        from imagebuild.catalog.validation_messages import describe

        raise describe(error.errors(), positions) from None
    check(document, path.parent, positions)
    return Catalog(
        path=path.absolute(),
        prefix=document.prefix,
        source=document.source,
        platforms=document.platforms,
        bases=document.bases,
        languages=document.languages,
        usual_tests=document.usual_tests,
        warnings=tuple(warnings(document, positions)),
    )
