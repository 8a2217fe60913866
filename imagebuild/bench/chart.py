"""Draws a bench's result as an SVG chart."""

import sys
from xml.etree.ElementTree import Element

from imagebuild.bench.result import OURS, Result, Row

COLOURS = ("#1f6feb", "#8b949e", "#d0a215", "#8250df")


def draw(result: Result) -> str:
    """Return the SVG: for each workload a bar for each server, with its requests per second.

    The length of a bar is relative to the first server beside ours: the workloads' own rates are
    too far apart for one axis. The drawing depends on the figures alone, so that a new one differs
    only where they do; it holds no script, since README shows it as an image.
    """
    import pygal
    from pygal.style import Style

    _drop_import_hook()
    reference = result.others[0]
    scale = f"bars relative to {result.titles[reference]}"
    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        colors=COLOURS,
        label_font_size=13,
        value_label_font_size=13,
    )
    chart = pygal.HorizontalBar(
        style=style,
        title=f"{result.language}: requests per second, {scale}",
        width=900,
        height=110 + 85 * len(result.rows),
        js=(),
        print_values=False,
        print_labels=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=1 + len(result.others),
        truncate_legend=-1,
        range=(0, None),
        value_formatter=lambda value: f"{value:.0f} %",
    )
    chart.uuid = result.language  # else random, and each drawing another
    rows = list(reversed(result.rows))  # pygal draws the first one at the bottom
    chart.x_labels = [row.title for row in rows]
    for server in (OURS, *result.others):
        chart.add(result.titles[server], [_bar(row, server, reference) for row in rows])
    chart.add_xml_filter(_without_scripts)
    return str(chart.render(is_unicode=True)) + "\n"


def _bar(row: Row, server: str, reference: str) -> dict[str, object]:
    rate = row.servers[server].requests_per_second
    percent = 100 * rate / row.servers[reference].requests_per_second
    return {"value": percent, "label": f"{rate:,.0f}"}


def _drop_import_hook() -> None:
    """Take back pygal's hook for plug-ins: Python warns of its old form at every later import."""
    sys.meta_path[:] = [hook for hook in sys.meta_path if type(hook).__module__ != "pygal"]


def _without_scripts(root: Element) -> Element:
    """Drop the drawing's scripts: a page that shows it as an image runs none."""
    for definitions in root.iter("defs"):
        for script in definitions.findall("script"):
            definitions.remove(script)
    return root
