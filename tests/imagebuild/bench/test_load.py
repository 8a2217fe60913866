import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from imagebuild.bench import load as bench_load
from imagebuild.bench.result import Sample, Workload
from imagebuild.bench.servers import Target
from imagebuild.functions import containers


class Container:
    """Stands for a load generator that has met `requests` requests in a second."""

    def __init__(self, requests: int) -> None:
        self.requests = requests

    def start(self) -> None:
        """Do nothing."""

    def wait(self) -> None:
        """Do nothing."""

    def logs(self) -> bytes:
        """Return what bench/load.lua writes."""
        values = {"requests": self.requests, "microseconds": 1_000_000, "errors": 0}
        return json.dumps({**values, "p50": 1000, "p99": 2000}).encode()


def test_servers_take_turns_and_the_median_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm-up comes first, then each round asks every server once."""
    asked: list[tuple[str, str]] = []
    functions: list[list[str]] = []

    @contextmanager
    def created(client: Any, image: str, **options: Any) -> Iterator[Container]:
        asked.append((options["network_mode"], options["command"][1]))
        functions.append(options["command"][4:])
        yield Container(len(asked))

    monkeypatch.setattr(containers, "created", created)
    targets = {name: Target(name) for name in ("ours", "before", "bare")}
    client: Any = None
    said: list[str] = []
    loads = [Workload("hello", 1), Workload("hello", 10, close=True)]
    one, ten = bench_load.measure(
        client, "load", targets, loads, seconds=3, rounds=3, say=said.append
    )

    turn = [f"container:{name}" for name in targets]
    assert [network for network, _ in asked] == turn * 8
    assert [duration for _, duration in asked[:6]] == ["--duration=6s"] * 3 + ["--duration=3s"] * 3
    assert said[0] == "hello, 1 connection: warming up"
    assert (one.connections, ten.connections) == (1, 10)
    assert (one.close, ten.close) == (False, True)
    assert (functions[0], functions[-1]) == (["hello"], ["hello", "close"])
    assert one.servers["ours"] == Sample(7.0, 1.0, 2.0)
