"""The threads in which tests run ahead of their turns."""

import threading

import pytest

from tests.support.crew import Crew


def test_order() -> None:
    """What has an earlier place is begun before what was there first."""
    crew, gate, ended = Crew("test", 1), threading.Event(), list[int]()
    crew.begin(lambda: assert_set(gate), 0)
    for place in (3, 1, 2):
        crew.begin(lambda place=place: ended.append(place), place)  # type: ignore[misc]
    gate.set()
    crew.settle()
    assert ended == [1, 2, 3]


def assert_set(gate: threading.Event) -> None:
    """Wait for `gate`."""
    assert gate.wait(10)


def test_lanes() -> None:
    """Two that share a lane never run together, others do; nobody overtakes in a lane."""
    crew, gate, ended = Crew("test", 3), threading.Event(), list[str]()
    crew.begin(lambda: assert_set(gate), 0, frozenset({"a"}))
    crew.begin(lambda: ended.append("a, b"), 1, frozenset({"a", "b"}))
    crew.begin(lambda: ended.append("b"), 2, frozenset({"b"}))
    crew.begin(lambda: ended.append("c"), 3, frozenset({"c"})).result(10)
    assert ended == ["c"]
    gate.set()
    crew.settle()
    assert ended == ["c", "a, b", "b"]


def test_errors() -> None:
    """What an action raises is the caller's, pytest's own exceptions too; the thread goes on."""
    crew = Crew("test", 1)
    with pytest.raises(pytest.fail.Exception, match="on purpose"):
        crew.begin(lambda: pytest.fail("on purpose")).result(10)
    crew.begin(lambda: None).result(10)


def test_close() -> None:
    """What has not begun is dropped, and what runs may end."""
    crew, gate = Crew("test", 1), threading.Event()
    running, waiting = crew.begin(lambda: assert_set(gate)), crew.begin(lambda: None, 1)
    while not running.running():
        threading.Event().wait(0.01)
    crew.close()
    assert waiting.cancelled()
    assert not crew.is_idle(within=0)
    gate.set()
    assert crew.is_idle(within=10)
    assert running.result(10) is None
