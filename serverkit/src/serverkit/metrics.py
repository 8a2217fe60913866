"""Counts of calls in shared memory, and their exposition. Only this module knows prometheus_client.

Each slot has its own counts, which outlive its worker, so the sums are those of all workers, ended
ones included (OBSERVABILITY-3), and a count costs no system call and no file.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # OBSERVABILITY-2
_CALLS, _FAILURES, _TIMEOUTS, _SECONDS, _FIRST_BUCKET = range(5)
_NUMBERS = _FIRST_BUCKET + len(BUCKETS) + 1
SLOT_BYTES = 8 * _NUMBERS * len(METHODS)


class Counts:
    """The counts that one process writes; `memory` holds SLOT_BYTES bytes."""

    def __init__(self, memory: memoryview) -> None:
        self.numbers = memory.cast("d")

    def record(
        self, method: str, seconds: float, *, failed: bool = False, timed_out: bool = False
    ) -> None:
        """Count one call that has ended after `seconds`."""
        numbers = self.numbers
        # OBSERVABILITY-12: unknown methods share one label.
        known = method if method in METHODS else "other"
        first = METHODS.index(known) * _NUMBERS
        numbers[first + _CALLS] += 1
        numbers[first + _SECONDS] += seconds
        numbers[first + _FIRST_BUCKET + bisect_left(BUCKETS, seconds)] += 1
        if failed:  # OBSERVABILITY-4
            numbers[first + _FAILURES] += 1
        if timed_out:
            numbers[first + _TIMEOUTS] += 1


def add_up(all_counts: Iterable[Counts]) -> dict[str, list[float]]:
    """Return the sums by method; a method without a call is left out."""
    sums = [0.0] * (_NUMBERS * len(METHODS))
    for counts in all_counts:
        sums = [a + b for a, b in zip(sums, counts.numbers, strict=True)]
    rows = (sums[start : start + _NUMBERS] for start in range(0, len(sums), _NUMBERS))
    return {method: row for method, row in zip(METHODS, rows, strict=True) if row[_CALLS]}


def exposition(all_counts: Sequence[Counts], in_flight: int) -> bytes:
    """Return the metrics in Prometheus' text format (OBSERVABILITY-1, -17)."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )

    class Collector:
        """Makes the metric families of this moment."""

        def collect(self) -> Iterator[Metric]:
            sums = add_up(all_counts)
            duration = HistogramMetricFamily(
                "function_duration_seconds", "Duration of calls in seconds.", labels=["method"]
            )
            for method, row in sums.items():
                bounds = [*(str(bound) for bound in BUCKETS), "+Inf"]
                buckets = list(zip(bounds, accumulate(row[_FIRST_BUCKET:]), strict=True))
                duration.add_metric([method], buckets, row[_SECONDS])
            yield duration
            for name, text, index in (
                ("function_calls", "Calls of the function.", _CALLS),
                ("function_failures", "Calls that failed, timeouts included.", _FAILURES),
                ("function_timeouts", "Calls stopped at their deadline.", _TIMEOUTS),
            ):
                counter = CounterMetricFamily(name, text, labels=["method"])
                for method, row in sums.items():
                    counter.add_metric([method], row[index])
                yield counter
            yield GaugeMetricFamily("function_in_flight", "Calls executing now.", value=in_flight)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    return generate_latest(registry)
