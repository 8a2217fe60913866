"""The generated parts of README.md: tables made from `images.yaml`, between markers.

A part stands between `<!-- NAME DATE -->` and `<!-- end NAME -->`. DATE is the day for which it
was rendered: what is legacy depends on it, and so the text doesn't go stale by itself.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence

from imagebuild.bench import report as bench_report
from imagebuild.bench import result as bench_result
from imagebuild.catalog.catalog import Catalog
from imagebuild.errors import UsageError

PART = re.compile(
    r"(?P<begin><!-- (?P<name>[a-z]+) )(?P<date>\d{4}-\d\d-\d\d) -->\n"
    r".*?(?P<end><!-- end (?P=name) -->)",
    re.DOTALL,
)


def render(text: str, catalog: Catalog, today: datetime.date | None = None) -> str:
    """Return `text` with its parts made anew, for `today` or else for the dates they have."""

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in PARTS:
            raise UsageError(f"there is no generated part `{name}`", f"known: {', '.join(PARTS)}")
        date = today or datetime.date.fromisoformat(match["date"])
        return f"{match['begin']}{date} -->\n{PARTS[name](catalog, date)}{match['end']}"

    return PART.sub(replace, text)


def versions(catalog: Catalog, date: datetime.date) -> str:
    """Return the table of all versions with their images and their state on `date`."""
    rows = [
        (
            language.title,
            f"{version}{' (default)' if version == language.default else ''}",
            entry.base,
            entry.end_of_life.isoformat(),
            "legacy" if entry.end_of_life < date else "current",
            ", ".join(f"`{tag}`" for tag in _runtime_tags(catalog, name, version)),
        )
        for name, language in catalog.languages.items()
        for version, entry in language.versions.items()
    ]
    return _table(("language", "version", "base", "end of life", "state", "runtime images"), rows)


def features(catalog: Catalog, date: datetime.date) -> str:
    """Return the table of the features that the languages have."""
    names = list(dict.fromkeys(f for entry in catalog.languages.values() for f in entry.features))
    rows = [
        (f"`{name}`", *("yes" if name in e.features else "" for e in catalog.languages.values()))
        for name in names
    ]
    return _table(("feature", *(entry.title for entry in catalog.languages.values())), rows)


def phases(catalog: Catalog, date: datetime.date) -> str:
    """Return the table of what Kubeless is told: manifest, suffix, and the phases' commands."""
    rows = [
        (
            entry.title,
            f"`{entry.kubeless.fileNameSuffix}`",
            f"`{entry.kubeless.depName}`",
            *(
                f"`{phase.command}`" if (phase := entry.kubeless.phases.get(name)) else "none"
                for name in ("installation", "compilation")
            ),
        )
        for entry in catalog.languages.values()
    ]
    return _table(("language", "function", "manifest", "installation", "compilation"), rows)


def bench(catalog: Catalog, date: datetime.date) -> str:
    """Return the chart and the table of each language that has been measured."""
    results = [
        bench_result.from_json(path.read_text(encoding="utf-8"))
        for name in catalog.languages
        if (path := catalog.root / bench_result.FOLDER / f"{name}.json").is_file()
    ]
    return "\n".join(
        f"![Requests per second: {result.language}]({bench_result.FOLDER}/{result.language}.svg)"
        f"\n\n{_table(bench_report.head(result), bench_report.rows(result))}"
        for result in results
    )


PARTS: dict[str, Callable[[Catalog, datetime.date], str]] = {
    "versions": versions,
    "features": features,
    "phases": phases,
    "bench": bench,
}


def _runtime_tags(catalog: Catalog, language: str, version: str) -> Iterable[str]:
    for image in catalog.images():
        if (image.language, image.version) == (language, version) and image.is_runtime:
            yield image.tag(catalog.prefix)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
