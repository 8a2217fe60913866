from imagebuild.bench_report import HEAD, rows, text
from tests.imagebuild.bench_example import RESULT


def test_each_row_has_rates_ratios_and_latency() -> None:
    """The cells stand under HEAD."""
    assert rows(RESULT)[1] == (
        "hello, 10 connections", "950", "1,000", "500", "0.95", "1.90", "2.5 ms",
    )  # fmt: skip
    assert all(len(row) == len(HEAD) for row in rows(RESULT))


def test_text_says_what_was_measured_and_aligns_the_columns() -> None:
    """The table can be read without a terminal's help."""
    lines = text(RESULT)
    assert "function-runtimes/python:3.13 on 2 cores" in lines[0]
    assert "medians of 5 rounds of 3 s" in lines[1]
    assert "peer: functions-framework" in lines[1]
    assert len({len(line) for line in lines[2:]}) == 1
