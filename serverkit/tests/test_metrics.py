"""The counts and their exposition."""

import re

from serverkit.metrics import SLOT_BYTES, Counts, add_up, exposition


def counts() -> Counts:
    """Return counts that are all zero."""
    return Counts(memoryview(bytearray(SLOT_BYTES)))


def samples(text: bytes) -> dict[str, float]:
    """Return the samples of an exposition."""
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_sum() -> None:
    """The counts of all slots are added up, by method."""
    one, two = counts(), counts()
    one.record("GET", 0.004)
    two.record("GET", 0.3, failed=True)
    two.record("POST", 20, failed=True, timed_out=True)
    found = samples(exposition([one, two], 3))
    assert found['function_calls_total{method="GET"}'] == 2
    assert found['function_failures_total{method="GET"}'] == 1
    assert found['function_timeouts_total{method="GET"}'] == 0
    assert found['function_timeouts_total{method="POST"}'] == 1
    assert found['function_duration_seconds_count{method="GET"}'] == 2
    assert found['function_duration_seconds_bucket{le="0.005",method="GET"}'] == 1
    assert found['function_duration_seconds_bucket{le="0.5",method="GET"}'] == 2
    assert found['function_duration_seconds_bucket{le="10.0",method="POST"}'] == 0
    assert found['function_duration_seconds_bucket{le="+Inf",method="POST"}'] == 1
    assert found["function_in_flight"] == 3


def test_bounds() -> None:
    """A duration that equals a bound is within it."""
    one = counts()
    one.record("GET", 0.005)
    assert (
        samples(exposition([one], 0))['function_duration_seconds_bucket{le="0.005",method="GET"}']
        == 1
    )


def test_unknown_methods() -> None:
    """Unknown methods share one label."""
    one = counts()
    for number in range(10):
        one.record(f"METHOD{number}", 0)
    assert list(add_up([one])) == ["other"]


def test_before_the_first_call() -> None:
    """The families are there before there is a call."""
    text = exposition([counts()], 0).decode()
    assert re.findall(r"# TYPE (\S+) (\S+)", text) == [
        ("function_duration_seconds", "histogram"),
        ("function_calls_total", "counter"),
        ("function_failures_total", "counter"),
        ("function_timeouts_total", "counter"),
        ("function_in_flight", "gauge"),
    ]
