"""The files that are generated from the catalog, wholly or in part."""

import datetime
from pathlib import Path

from imagebuild.catalog import schema
from imagebuild.catalog.catalog import Catalog
from imagebuild.cli import readme_tables


def stale(catalog: Catalog, today: datetime.date | None = None) -> dict[Path, str]:
    """Return the generated files that aren't as they should be, with the text they should have.

    The tables of README are rendered for `today`, or else for the dates they have. A repository
    without README.md has no tables.
    """
    wanted = {catalog.root / "images.schema.json": schema.render()}
    readme = catalog.root / "README.md"
    if readme.exists():
        text = readme.read_text(encoding="utf-8")
        wanted[readme] = readme_tables.render(text, catalog, today)
    return {path: text for path, text in wanted.items() if _content(path) != text}


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
