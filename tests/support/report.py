"""What a failure shows, and the results of a run as JSON."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support import order, selection
from tests.support.server import Server
from tests.support.specification import Specification

LOG_LINES = 60
EXCHANGES = 12
MACHINE = "machine"


def sections(
    item: pytest.Item, specification: Specification, servers: Iterable[Server]
) -> list[tuple[str, str]]:
    """Return what a failure shows: clauses, image, requests and the logs of its containers."""
    sentences = [f"{name}: {specification.clauses[name].sentence}" for name in order.clauses(item)]
    image = selection.image_of(item)
    shown = [("clause", "\n".join(sentences)), ("image", image.name if image else "")]
    for server in servers:
        shown.append(("requests", "\n".join(server.exchanges[-EXCHANGES:])))
        for stream in ("stdout", "stderr"):
            try:
                lines = getattr(server, stream).splitlines()
            except Exception as error:  # the container may be gone: the failure matters more
                lines = [repr(error)]
            shown.append((f"container {stream}", "\n".join(lines[-LOG_LINES:])))
    return shown


def cause(report: pytest.TestReport) -> str:
    """Return the first line of what a test has failed with."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr).splitlines()
    return lines[0] if lines else "no cause is known"


def machine(report: pytest.TestReport) -> str:
    """Return what was wrong with the machine while a test failed, empty if nothing was."""
    return "; ".join(str(why) for name, why in report.user_properties if name == MACHINE)


class Results:
    """Writes one JSON document: outcomes, times, and which tests passed on the second try."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._started = time.monotonic()
        self._outcomes: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._again: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how one phase of a test ended."""
        name = report.nodeid
        self._seconds[name] = round(self._seconds.get(name, 0.0) + report.duration, 3)
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]
            self._again[name] = "; ".join(filter(None, (cause(report), machine(report))))
            self._outcomes.pop(name, None)
        elif report.failed:
            self._outcomes[name] = "failed"
        elif report.skipped:
            self._outcomes[name] = "waived" if hasattr(report, "wasxfail") else "skipped"
        elif report.when == "call":
            self._outcomes.setdefault(name, "passed")

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the document."""
        document = {
            "exit_code": int(exitstatus),
            "seconds": round(time.monotonic() - self._started, 1),
            "outcomes": self._outcomes,
            "times": self._seconds,
            "second_try": [
                f"{name}: {why}"
                for name, why in self._again.items()
                if self._outcomes.get(name) == "passed"
            ],
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(document, indent=1), encoding="utf-8")
