"""What `list` shows: a table for people, plain lines for pipes, a matrix for GitHub Actions."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagebuild.catalog.catalog import Image

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One version of a language with its images."""

    selector: str
    title: str
    language: str
    version: str
    base: str
    end_of_life: datetime.date
    legacy: bool
    images: tuple[str, ...]
    variants: tuple[str, ...]

    @property
    def state(self) -> str:
        """The end of life in words."""
        return f"{'legacy, ended' if self.legacy else 'until'} {self.end_of_life}"


def rows(images: Iterable[Image], *, prefix: str, today: datetime.date) -> list[Row]:
    """Return one row for each version among the images, in their order."""
    versions: dict[tuple[str, str], list[Image]] = {}
    for image in images:
        versions.setdefault((image.language, image.version), []).append(image)
    return [
        Row(
            selector=f"{language}-{version}",
            title=f"{group[0].language_entry.title} {version}",
            language=language,
            version=version,
            base=group[0].version_entry.base,
            end_of_life=group[0].version_entry.end_of_life,
            legacy=group[0].is_legacy(today),
            images=tuple(image.tag(prefix) for image in group),
            variants=tuple(image.variant for image in group),
        )
        for (language, version), group in versions.items()
    ]


def matrix(listed: Iterable[Row]) -> dict[str, list[dict[str, object]]]:
    """Return the value of `strategy.matrix` in a GitHub workflow: one job for each version."""
    return {
        "include": [
            {
                "selector": row.selector,
                "language": row.language,
                "version": row.version,
                "base": row.base,
                "end_of_life": row.end_of_life.isoformat(),
                "legacy": row.legacy,
                "images": list(row.images),
            }
            for row in listed
        ]
    }


def lines(listed: Iterable[Row]) -> list[str]:
    """Return one line for each image, columns separated by tabs: tag, selector, base, state."""
    return [
        "\t".join([tag, f"{row.selector}-{variant}", row.base, row.state])
        for row in listed
        for tag, variant in zip(row.images, row.variants, strict=True)
    ]


def table(listed: Iterable[Row]) -> "Table":
    """Return the table for a terminal: one line for each version."""
    from rich.table import Table

    result = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("SELECTOR", "VARIANTS", "BASE", "END OF LIFE"):
        result.add_column(heading, overflow="fold")
    for row in listed:
        style = "yellow" if row.legacy else ""
        result.add_row(row.selector, ", ".join(row.variants), row.base, row.state, style=style)
    return result
