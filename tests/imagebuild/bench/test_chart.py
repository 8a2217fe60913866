from xml.etree import ElementTree

from imagebuild.bench.chart import draw
from tests.imagebuild.bench.example import RESULT


def test_chart_is_an_svg_with_titles_and_rates() -> None:
    """Every server and every workload is named, every rate is written out."""
    drawing = draw(RESULT)
    assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
    for part in (*RESULT.titles.values(), "hello, 1 connection", "sleep, 10 connections"):
        assert part in drawing
    assert ">950<" in drawing


def test_same_figures_give_the_same_chart() -> None:
    """A drawing changes only when its figures do."""
    assert draw(RESULT) == draw(RESULT)


def test_chart_runs_no_script_and_loads_nothing() -> None:
    """It is shown as an image."""
    drawing = draw(RESULT)
    assert "<script" not in drawing
    assert "href" not in drawing.replace("xmlns:xlink", "")
