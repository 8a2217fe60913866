"""A bench's result as tables: for the terminal, and the same cells for README.md."""

from imagebuild import text_table
from imagebuild.bench.result import BEFORE, OURS, Footprint, Result, Row


def head(result: Result) -> tuple[str, ...]:
    """Return the headings of `rows`."""
    ratios = (f"{OURS} / {server}" for server in result.others)
    return ("load", OURS, *result.others, *ratios, f"p99 of {OURS}")


def rows(result: Result) -> list[tuple[str, ...]]:
    """Return the cells of each row, under `head`: requests per second, ratios, milliseconds."""
    return [_cells(row, result) for row in result.rows]


def text(result: Result) -> list[str]:
    """Return the lines that `bench` prints: what was measured, the loads, then what each needs."""
    servers = (OURS, *result.others)
    titles = ", ".join(f"{server}: {result.titles[server]}" for server in servers)
    return [
        f"{result.image} on {result.machine}",
        f"requests per second, medians of {result.rounds} rounds of {result.seconds:g} s; {titles}",
        *text_table.lines([head(result), *rows(result)], str.rjust),
        "",
        "seconds from a container's start to its first answer; MB of memory (PSS), idle and loaded",
        *text_table.lines([("server", "start", "idle", "loaded"), *_needs(result)], str.rjust),
    ]


def _cells(row: Row, result: Result) -> tuple[str, ...]:
    servers = (OURS, *result.others)
    return (
        row.title,
        *(f"{row.servers[server].requests_per_second:,.0f}" for server in servers),
        *(f"{row.ratio(server):.2f}" for server in result.others),
        f"{row.servers[OURS].p99:.1f} ms",
    )


def _needs(result: Result) -> list[tuple[str, ...]]:
    """Return what each server needs, and ours divided by what it needed before."""
    found: list[tuple[str, ...]] = [
        (name, f"{needs.start_seconds:.3f}", f"{needs.idle_mb:.1f}", f"{needs.loaded_mb:.1f}")
        for name, needs in result.footprints.items()
    ]
    if BEFORE in result.footprints:
        ratios = _ratios(result.footprints[OURS], result.footprints[BEFORE])
        found.append((f"{OURS} / {BEFORE}", *(f"{ratio:.2f}" for ratio in ratios)))
    return found


def _ratios(ours: Footprint, before: Footprint) -> tuple[float, float, float]:
    return (
        ours.start_seconds / before.start_seconds,
        ours.idle_mb / before.idle_mb,
        ours.loaded_mb / before.loaded_mb,
    )
