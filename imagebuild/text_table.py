"""Tables as plain text: cells in columns of equal width."""

from collections.abc import Callable, Sequence

Justify = Callable[[str, int], str]


def lines(rows: Sequence[Sequence[str]], justify: Justify = str.ljust) -> list[str]:
    """Return a line for each of `rows`, which have equally many cells, aligned by `justify`."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return ["  ".join(map(justify, row, widths)).rstrip() for row in rows]
