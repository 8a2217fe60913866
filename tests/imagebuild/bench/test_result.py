import json

import pytest

from imagebuild import errors
from imagebuild.bench.result import Sample, from_json, median, parse_sample, to_json, workloads
from tests.imagebuild.bench.example import BESIDE_BEFORE, RESULT


def test_reads_the_last_line_of_the_load_generator() -> None:
    """A sample is requests by seconds; latencies come in microseconds and are kept in ms."""
    output = (
        'Running 1s test\n\n{"requests": 300, "microseconds": 2000000, "errors": 0, '
        '"p50": 1500, "p99": 4000}\n'
    )
    assert parse_sample(output) == Sample(150.0, 1.5, 4.0)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("unable to connect to 127.0.0.1:8080", "gave no result"),
        ("", "gave no result"),
        ('{"requests": 9, "microseconds": 1, "errors": 2, "p50": 1, "p99": 1}', "`2` errors"),
        ('{"requests": 0, "microseconds": 1, "errors": 0, "p50": 1, "p99": 1}', "`0` requests"),
    ],
)
def test_refuses_a_run_with_errors(output: str, message: str) -> None:
    """Failed requests are never compared."""
    with pytest.raises(errors.TestsFailedError, match=message):
        parse_sample(output)


def test_medians_are_taken_value_by_value() -> None:
    """One disturbed round changes nothing."""
    samples = [Sample(100.0, 1.0, 9.0), Sample(20.0, 50.0, 2.0), Sample(101.0, 1.1, 3.0)]
    assert median(samples) == Sample(100.0, 1.1, 3.0)


def test_ratio_is_ours_by_theirs() -> None:
    """Above 1 means that ours is faster."""
    assert RESULT.rows[0].ratio("bare") == 0.95
    assert RESULT.rows[0].ratio("peer") == 1.9


def test_json_comes_back_the_same_and_holds_the_ratios() -> None:
    """What a bench has written can be read again."""
    text = to_json(RESULT)
    assert from_json(text) == RESULT
    assert from_json(to_json(BESIDE_BEFORE)) == BESIDE_BEFORE
    assert '"ratios": {\n        "bare": 0.95,\n        "peer": 1.9\n      }' in text


def test_figures_without_footprints_can_be_read() -> None:
    """Those of earlier benches have none."""
    data = json.loads(to_json(RESULT))
    del data["footprints"]
    assert from_json(json.dumps(data)).footprints == {}


def test_a_workload_says_what_it_does_with_connections() -> None:
    """A row's title is all that a table shows of it."""
    titles = [str(load) for load in workloads(close=True)]
    assert titles[0] == "hello, 1 connection, each closed after one request"
    assert titles[3] == "sleep, 10 connections, each closed after one request"
