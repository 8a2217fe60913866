"""The load of a bench: short rounds, the servers in turn, and the medians."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from imagebuild.bench.result import Row, Sample, Workload, median, parse_sample
from imagebuild.bench.servers import Target
from imagebuild.functions import containers
from imagebuild.functions.runtime_container import PORT

if TYPE_CHECKING:
    from docker import DockerClient

WARM_UP_FACTOR = 2
"""The warm-up is this many times as long as a measurement."""


def measure(
    client: "DockerClient",
    load: str,
    targets: Mapping[str, Target],
    workloads: Iterable[Workload],
    seconds: int,
    rounds: int,
    say: Callable[[str], None],
) -> Iterator[Row]:
    """Put each of `workloads` on the servers in turn, `rounds` times; yield the medians.

    `load` is the load generator's image; `say` is called with each line of progress.
    """
    for workload in workloads:
        say(f"{workload}: warming up")
        for target in targets.values():
            _sample(client, load, target, workload, seconds * WARM_UP_FACTOR)
        samples: dict[str, list[Sample]] = {name: [] for name in targets}
        for number in range(1, rounds + 1):
            for name, target in targets.items():
                samples[name].append(_sample(client, load, target, workload, seconds))
            rates = [f"{name} {samples[name][-1].requests_per_second:,.0f}/s" for name in targets]
            say(f"{workload}: round {number}: {', '.join(rates)}")
        medians = {name: median(taken) for name, taken in samples.items()}
        yield Row(workload.function, workload.connections, medians, workload.close)


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
            *("--", workload.function, *(["close"] if workload.close else [])),
        ],
        network_mode=f"container:{target.container}",
    ) as container:
        container.start()
        container.wait()
        return parse_sample(container.logs().decode())
