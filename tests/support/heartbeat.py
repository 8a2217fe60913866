"""Tells a slow machine from a slow runtime.

A thread that should wake up every 50 ms notes how late it does, and how long processes have waited
for a CPU. A test with a bound that fails meanwhile says little; it is measured again afterwards.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

INTERVAL_SECONDS = 0.05
LATE_SECONDS = 0.25
MOST_PRESSURE = 0.9
"""Share of the time in which some process waited for a CPU; the suite alone stays below."""
CALM_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
KEPT = 20_000
PRESSURE = Path("/proc/pressure/cpu")


class Beat(NamedTuple):
    """One beat: when it came (as `time.time`), how late, and the seconds waited for CPUs so far."""

    moment: float
    late: float
    waited: float


def waited() -> float:
    """Return the seconds in which some process has waited for a CPU; 0 where nobody counts them."""
    try:
        return int(PRESSURE.read_text().split()[4].removeprefix("total=")) / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0


class Heartbeat:
    """Beats from now on."""

    def __init__(
        self, read: Callable[[], float] = waited, interval: float = INTERVAL_SECONDS
    ) -> None:
        self._read = read
        self._interval = interval
        self._beats: deque[Beat] = deque(maxlen=KEPT)
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def complaint(self, begin: float, end: float) -> str:
        """Return why times from `begin` to `end` (`time.time`) say little, empty if they don't."""
        return judge([beat for beat in list(self._beats) if begin <= beat.moment <= end + 0.2])

    def wait_until_calm(self) -> bool:
        """Wait until times can be measured, for a minute at most; return whether they can."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(CALM_SECONDS)
            if not self.complaint(time.time() - CALM_SECONDS, time.time()):
                return True
        return False

    def _run(self) -> None:
        while True:
            begin = time.monotonic()
            time.sleep(self._interval)
            late = time.monotonic() - begin - self._interval
            self._beats.append(Beat(time.time(), late, self._read()))


def judge(beats: list[Beat]) -> str:
    """Return what is wrong with the machine in these beats, empty if nothing is."""
    late = max((beat.late for beat in beats), default=0.0)
    if late > LATE_SECONDS:
        return f"the machine was overloaded: a heartbeat came {late:.1f} s late"
    passed = sum(after.moment - before.moment for before, after in pairwise(beats))
    pressure = (beats[-1].waited - beats[0].waited) / passed if passed > 0 else 0.0
    if pressure > MOST_PRESSURE:
        return f"the machine was overloaded: CPU pressure {pressure:.0%}"
    return ""
