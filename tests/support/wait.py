"""Waiting for conditions, so that no test sleeps longer than it has to."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx

Value = TypeVar("Value")
INTERVAL_SECONDS = 0.03


def wait_until(check: Callable[[], Value | None], within: float = 10.0, what: str = "") -> Value:
    """Call `check` until it returns something true, and return that.

    Connection errors count as "not yet". Raises AssertionError after `within` seconds, with
    `what` (what was waited for) and the last value or error seen.
    """
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            value = check()
        except (OSError, httpx.HTTPError) as error:
            last = error
        else:
            if value:
                return value
            last = value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s for {what or 'a condition'}; last: {last!r}")
        time.sleep(INTERVAL_SECONDS)


def holds_for(check: Callable[[], bool], seconds: float) -> bool:
    """Return whether `check` stays true for `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not check():
            return False
        time.sleep(INTERVAL_SECONDS)
    return True


def stops_growing(size: Callable[[], int], within: float) -> bool:
    """Return whether `size` is above 0 and stays the same from at most `within` seconds on.

    What appends does so every 0.1 s, so 0.4 s without a change mean that it has stopped.
    """
    deadline = time.monotonic() + within
    while True:
        begun, first = time.monotonic(), size()
        if not holds_for(lambda: size() == first, 0.4):  # noqa: B023 (called at once)
            if time.monotonic() > deadline:
                return False
        else:
            return first > 0 and begun <= deadline
