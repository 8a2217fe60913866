"""What the servers of a bench need: time to start, and memory."""

import statistics
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imagebuild.bench.servers import Launch, Target, started
from imagebuild.errors import TestsFailedError
from imagebuild.functions import containers
from imagebuild.functions.examples import Call

if TYPE_CHECKING:
    from docker import DockerClient

KIBIBYTE = 1024
MEGABYTE = 1_000_000


def start_seconds(
    client: "DockerClient", host: str, launches: Mapping[str, Launch], call: Call, rounds: int
) -> dict[str, float]:
    """Start each server `rounds` times, in turn; return the medians until the answer to `call`."""
    taken: dict[str, list[float]] = {name: [] for name in launches}
    for _ in range(rounds):
        for name, launch in launches.items():
            with started(client, host, launch, call) as target:
                taken[name].append(target.start_seconds)
    return {name: round(statistics.median(times), 3) for name, times in taken.items()}


def memory(client: "DockerClient", load: str, targets: Mapping[str, Target]) -> dict[str, float]:
    """Return the memory of each server in 10^6 bytes: the PSS of all its processes.

    `load` is the load generator's image, which holds the script.
    """
    return {name: _memory(client, load, target) for name, target in targets.items()}


def _memory(client: "DockerClient", load: str, target: Target) -> float:
    with containers.created(
        client,
        load,
        entrypoint=["sh", "/memory.sh"],
        user="0",
        cap_add=["SYS_PTRACE"],
        pid_mode=f"container:{target.container}",
    ) as container:
        container.start()
        container.wait()
        printed = container.logs().decode().strip()
    if not printed.isdecimal() or int(printed) == 0:
        raise TestsFailedError(f"the memory of a server could not be read: `{printed}`")
    return round(int(printed) * KIBIBYTE / MEGABYTE, 1)
