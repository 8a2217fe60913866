"""Telling a slow machine from a slow runtime."""

import time

import pytest

from tests.support.heartbeat import Beat, Heartbeat, judge
from tests.support.wait import wait_until


def beats(*, late: float = 0.0, waited: float = 0.0) -> list[Beat]:
    """Return the beats of a second in which processes `waited`, the last of them `late`."""
    return [Beat(100.0, 0.0, 5.0), Beat(100.5, 0.0, 5.0), Beat(101.0, late, 5.0 + waited)]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], ""),
        (beats(late=0.2, waited=0.8), ""),
        (beats(late=0.6), "a heartbeat came 0.6 s late"),
        (beats(waited=0.95), "CPU pressure 95%"),
    ],
)
def test_judgement(given: list[Beat], complaint: str) -> None:
    """A late heartbeat, or much waiting for CPUs, spoils a measurement; a little doesn't."""
    assert judge(given).removeprefix("the machine was overloaded: ") == complaint


def test_window() -> None:
    """Only what happens during a test counts."""
    begin, total = time.time(), [0.0]

    def read() -> float:
        total[0] += 1.0  # more than any second has
        return total[0]

    heartbeat = Heartbeat(read, interval=0.01)
    wait_until(lambda: heartbeat.complaint(begin, time.time()), 5)
    assert heartbeat.complaint(begin - 20, begin - 10) == ""
