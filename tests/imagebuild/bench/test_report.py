from imagebuild.bench.report import head, rows, text
from tests.imagebuild.bench.example import BESIDE_BEFORE, RESULT


def test_each_row_has_rates_ratios_and_latency() -> None:
    """The cells stand under `head`."""
    assert rows(RESULT)[1] == (
        "hello, 10 connections", "950", "1,000", "500", "0.95", "1.90", "2.5 ms",
    )  # fmt: skip
    assert all(len(row) == len(head(RESULT)) for row in rows(RESULT))


def test_text_says_what_was_measured_and_aligns_the_columns() -> None:
    """The table can be read without a terminal's help."""
    lines = text(RESULT)
    assert "function-runtimes/python:3.13 on 2 cores" in lines[0]
    assert "medians of 5 rounds of 3 s" in lines[1]
    assert "peer: functions-framework" in lines[1]
    assert len({len(line) for line in lines[2:7]}) == 1


def test_what_each_server_needs_follows() -> None:
    """Start, and memory before and after the load."""
    assert [line.split() for line in text(RESULT)[-3:]] == [
        ["ours", "0.190", "30.0", "44.0"],
        ["bare", "0.150", "25.0", "30.0"],
        ["peer", "0.300", "50.0", "60.0"],
    ]


def test_the_image_of_before_is_compared_in_all() -> None:
    """Rates, start and memory have their ratio; below 1 is less."""
    assert head(BESIDE_BEFORE) == ("load", "ours", "before", "ours / before", "p99 of ours")
    assert rows(BESIDE_BEFORE)[0][1:4] == ("950", "1,000", "0.95")
    assert text(BESIDE_BEFORE)[-1].split()[-3:] == ["0.95", "0.75", "1.10"]
