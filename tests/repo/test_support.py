"""The helpers of the contract suite that need no engine."""

import importlib.util
import sys
from pathlib import Path

import pytest

from imagebuild.catalog.model import Fixtures
from tests.support import metrics, processes, specification
from tests.support.naming import names
from tests.support.once import Once
from tests.support.wait import stops_growing, wait_until

ROOT = Path(__file__).parent.parent.parent
OLD_BUGS = ROOT / "runtimes" / "python" / "tests" / "old_bugs.py"
TEXT = """## Features
- `streaming`: a feature.
## LOAD
- **LOAD-1** It MUST load.
- **LOAD-2** [feature: streaming] It MUST stream.
## Appendix: reference functions
| function | feature | behaviour |
|---|---|---|
| `hello` | | returns |
| `stream` | streaming | streams |
"""


def test_specification() -> None:
    """Clauses and functions with their features."""
    contract = specification.parse(TEXT)
    assert contract.clauses["LOAD-1"].feature is None
    assert contract.clauses["LOAD-2"].feature == "streaming"
    assert contract.functions == {"hello": None, "stream": "streaming"}


def test_names() -> None:
    """The three forms of a name."""
    fixtures = Fixtures(file="{snake}.x", module="{kebab}", handler="{pascal}.call")
    found = names("load_syntax", fixtures)
    assert (found.file, found.module) == ("load_syntax.x", "load-syntax")
    assert found.handler == "LoadSyntax.call"


def test_metrics() -> None:
    """Sums over labels, and the values of a label."""
    text = '# TYPE calls counter\ncalls{method="GET"} 2.0\ncalls{method="PUT"} 3.0 123\nup 1\n'
    found = metrics.parse(text)
    assert found.total("calls") == 5
    assert found.total("calls", method="PUT") == 3
    assert found.values("calls", "method") == {"GET", "PUT"}
    assert found.types == {"calls": "counter"}


def test_processes() -> None:
    """What was left behind is told from what was there."""
    before = processes.parse("1 0 Ss 100 1000 7 server\n")
    after = processes.parse("1 0 Ss 120 1000 9 server\n9 1 Z 0 1000 0 child\n")
    assert before.is_within(before)
    assert not after.is_within(before)
    assert [process.number for process in after.zombies] == [9]


def test_once() -> None:
    """A value is made once, and again after it was dropped or could not be made."""
    made = Once[list[int]]()
    with pytest.raises(ZeroDivisionError):
        made.get("key", lambda: [1 // 0])
    first = made.get("key", lambda: [1])
    assert made.get("key", lambda: [2]) is first
    assert first in made
    assert made.values() == [first]
    made.drop(lambda value: value is first)
    assert made.get("key", lambda: [3]) == [3]


def test_wait_until() -> None:
    """The last value seen is in the message."""
    values = iter([0, 0, 7])
    assert wait_until(lambda: next(values)) == 7
    with pytest.raises(AssertionError, match=r"waited 0.05 s for a bus; last: \[\]"):
        wait_until(list, 0.05, "a bus")


def test_stops_growing() -> None:
    """What never began to grow has not stopped."""
    assert stops_growing(lambda: 3, within=1)
    assert not stops_growing(lambda: 0, within=0)


def test_old_bugs_can_be_put_back() -> None:
    """`make mutation` changes texts that are there once in the sources."""
    loader = importlib.util.spec_from_file_location("old_bugs", OLD_BUGS)
    assert loader is not None
    assert loader.loader is not None
    module = sys.modules["old_bugs"] = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    sources = ROOT / "serverkit/src/serverkit", ROOT / "runtimes/python/shim"
    for bug in module.BUGS:
        path = next(f / Path(bug.file).name for f in sources if (f / Path(bug.file).name).exists())
        text = path.read_text(encoding="utf-8")
        for old, new in bug.changes:
            assert text.count(old) == 1, f"{bug.name}: {old}"
            text = text.replace(old, new)
