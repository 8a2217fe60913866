"""The load of a bench: short rounds, the servers in turn, and the medians."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from imagebuild import containers
from imagebuild.bench_result import SERVERS, WORKLOADS, Row, Sample, Workload, median, parse_sample
from imagebuild.bench_servers import Target
from imagebuild.server import PORT

if TYPE_CHECKING:
    from docker import DockerClient

WARM_UP_FACTOR = 2
"""The warm-up is this many times as long as a measurement."""


def measure(
    client: "DockerClient",
    load: str,
    targets: Mapping[str, Target],
    function: str,
    seconds: int,
    rounds: int,
) -> Iterator[Row]:
    """Put each load of `function` on the servers in turn, `rounds` times; yield the medians.

    `load` is the load generator's image. Progress goes to stderr.
    """
    for workload in [workload for workload in WORKLOADS if workload.function == function]:
        _say(f"{workload}: warming up")
        for target in targets.values():
            _sample(client, load, target, workload, seconds * WARM_UP_FACTOR)
        samples: dict[str, list[Sample]] = {name: [] for name in SERVERS}
        for number in range(1, rounds + 1):
            for name in SERVERS:
                sample = _sample(client, load, targets[name], workload, seconds)
                samples[name].append(sample)
            rates = [f"{name} {samples[name][-1].requests_per_second:,.0f}/s" for name in SERVERS]
            _say(f"{workload}: round {number}: {', '.join(rates)}")
        medians = {name: median(taken) for name, taken in samples.items()}
        yield Row(workload.function, workload.connections, medians)


def _sample(
    client: "DockerClient", load: str, target: Target, workload: Workload, seconds: int
) -> Sample:
    """Put the load on a server, from beside it, with the load generator's image `load`."""
    with containers.created(
        client,
        load,
        command=[
            f"--connections={workload.connections}",
            f"--duration={seconds}s",
            f"http://127.0.0.1:{PORT}/",
            "--",
            workload.function,
        ],
        network_mode=f"container:{target.container}",
    ) as container:
        container.start()
        container.wait()
        return parse_sample(container.logs().decode())


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
