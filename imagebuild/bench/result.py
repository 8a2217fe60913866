"""What a bench has measured: medians, ratios, and their JSON form. Pure."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from imagebuild.errors import TestsFailedError

FOLDER = "docs/bench"
OURS = "ours"
BEFORE = "before"
COMPARISONS = ("bare", "peer")
ORDER = (OURS, BEFORE, *COMPARISONS)
"""The servers of a bench; `BEFORE` is there on request: our image as it was."""


@dataclass(frozen=True)
class Sample:
    """One run of the load generator against one server. Latencies are in milliseconds."""

    requests_per_second: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Footprint:
    """What a server needs: medians of the time from its container's start to its first answer.

    Memory is the PSS of all its processes in 10^6 bytes, after that answer and after the load.
    """

    start_seconds: float
    idle_mb: float
    loaded_mb: float


@dataclass(frozen=True)
class Workload:
    """What the load is: calls of the function `function` on `connections` connections at a time.

    With `close`, each request has a connection of its own.
    """

    function: str
    connections: int
    close: bool = False

    def __str__(self) -> str:
        plural = "" if self.connections == 1 else "s"
        kind = ", each closed after one request" if self.close else ""
        return f"{self.function}, {self.connections} connection{plural}{kind}"


@dataclass(frozen=True)
class Row:
    """The medians of one workload, by server."""

    function: str
    connections: int
    servers: Mapping[str, Sample]
    close: bool = False

    @property
    def title(self) -> str:
        """The workload in words."""
        return str(Workload(self.function, self.connections, self.close))

    def ratio(self, server: str) -> float:
        """Return our requests per second divided by those of `server`."""
        ours = self.servers[OURS].requests_per_second
        return ours / self.servers[server].requests_per_second


@dataclass(frozen=True)
class Result:
    """One run of the bench: where, when, of what (titles by server), rows and footprints."""

    language: str
    image: str
    date: str
    machine: str
    rounds: int
    seconds: float
    titles: Mapping[str, str]
    rows: Sequence[Row]
    footprints: Mapping[str, Footprint] = field(default_factory=dict)

    @property
    def others(self) -> tuple[str, ...]:
        """The servers beside ours."""
        return tuple(server for server in ORDER if server in self.titles and server != OURS)


def workloads(*, close: bool) -> tuple[Workload, ...]:
    """Return the loads of a bench; with `close`, each request on a connection of its own."""
    return tuple(Workload(name, count, close) for name in ("hello", "sleep") for count in (1, 10))


def parse_sample(output: str) -> Sample:
    """Read the last line of the load generator's output. Raises TestsFailedError on any error."""
    try:
        values = json.loads(output.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise TestsFailedError(f"the load generator gave no result:\n{output.strip()}") from None
    if values["errors"] or not values["requests"]:
        raise TestsFailedError(
            f"the load met `{values['errors']}` errors in `{values['requests']}` requests",
            "run the server by hand and look at its log: a comparison of failures says nothing",
        )
    rate = values["requests"] / (values["microseconds"] / 1e6)
    return Sample(round(rate, 1), values["p50"] / 1000, values["p99"] / 1000)


def median(samples: Iterable[Sample]) -> Sample:
    """Return the medians, each value on its own."""
    taken = list(samples)
    return Sample(
        round(statistics.median(sample.requests_per_second for sample in taken), 1),
        round(statistics.median(sample.p50 for sample in taken), 3),
        round(statistics.median(sample.p99 for sample in taken), 3),
    )


def to_json(result: Result) -> str:
    """Return the result as indented JSON with the ratios written out."""
    data = asdict(result)
    for row, values in zip(result.rows, data["rows"], strict=True):
        values["ratios"] = {server: round(row.ratio(server), 2) for server in result.others}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Result:
    """Read what `to_json` wrote."""
    data = json.loads(text)
    rows = []
    for row in data.pop("rows"):
        row.pop("ratios")
        samples = {server: Sample(**sample) for server, sample in row.pop("servers").items()}
        rows.append(Row(**row, servers=samples))
    given = data.pop("footprints", {})
    footprints = {server: Footprint(**footprint) for server, footprint in given.items()}
    return Result(**data, rows=rows, footprints=footprints)
