"""A bench's result as a table: for the terminal, and the same cells for README.md."""

from imagebuild import columns
from imagebuild.bench_result import COMPARISONS, OURS, SERVERS, Result, Row

HEAD = ("load", *SERVERS, *(f"{OURS} / {server}" for server in COMPARISONS), f"p99 of {OURS}")


def rows(result: Result) -> list[tuple[str, ...]]:
    """Return the cells of each row, under `HEAD`: requests per second, ratios, milliseconds."""
    return [_cells(row) for row in result.rows]


def text(result: Result) -> list[str]:
    """Return the lines that `bench` prints: what was measured, and the table."""
    titles = ", ".join(f"{server}: {result.titles[server]}" for server in SERVERS)
    return [
        f"{result.image} on {result.machine}",
        f"requests per second, medians of {result.rounds} rounds of {result.seconds:g} s; {titles}",
        *columns.lines([HEAD, *rows(result)], str.rjust),
    ]


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.title,
        *(f"{row.servers[server].requests_per_second:,.0f}" for server in SERVERS),
        *(f"{row.ratio(server):.2f}" for server in COMPARISONS),
        f"{row.servers[OURS].p99:.1f} ms",
    )
