"""One run of the bench: images, servers, loads, result."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagebuild.bench import chart, footprint, images
from imagebuild.bench.load import measure
from imagebuild.bench.result import (
    BEFORE,
    COMPARISONS,
    FOLDER,
    OURS,
    Footprint,
    Result,
    Row,
    to_json,
    workloads,
)
from imagebuild.bench.servers import FUNCTIONS, Launch, Target, prepared, started
from imagebuild.build import labels
from imagebuild.build.build_record import FOLDER as OWN_FOLDER
from imagebuild.catalog.catalog import Image
from imagebuild.engine import engine as engines
from imagebuild.functions import containers
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.workspace import Workspace

if TYPE_CHECKING:
    from docker import DockerClient

NEEDS_OF = "hello"
"""The function with which start and memory are measured."""


@dataclass(frozen=True)
class Options:
    """What is measured, and how long.

    Each load is put on one server after the other for `seconds`, and that `rounds` times. `before`
    is the reference of our image as it was; without `peers` there are no other servers. With
    `close`, each request has a connection of its own.
    """

    seconds: int = 5
    rounds: int = 3
    before: str = ""
    peers: bool = True
    close: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether the figures are those that README shows."""
        return self.peers and not (self.before or self.close)


def run(workspace: Workspace, image: Image, options: Options, folder: Path | None = None) -> Result:
    """Measure `image` beside the others and return the result.

    JSON and chart go to `folder`: by default `docs/bench`, or `.build/bench` if the figures aren't
    the usual ones.
    """
    engine = engines.connect(Processes(), workspace.root)
    client = containers.connect(engine.host)
    try:
        with interruptible():
            wanted = images.Wanted(options.before, options.peers)
            tags = images.make(workspace, image, engine, wanted)
            load = tags.pop(images.LOAD)
            rows, footprints = _measure(workspace, client, engine.host, image, tags, load, options)
        result = Result(
            language=image.language,
            image=tags[OURS],
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            machine="{NCPU} cores, {Architecture}".format(**client.info()),
            rounds=options.rounds,
            seconds=options.seconds,
            titles=_titles(client, image, tags),
            rows=rows,
            footprints=footprints,
        )
    finally:
        client.close()
    usual = FOLDER if options.is_usual else f"{OWN_FOLDER}/bench"
    write(result, folder or workspace.root / usual)
    return result


def _measure(
    workspace: Workspace,
    client: "DockerClient",
    host: str,
    image: Image,
    tags: Mapping[str, str],
    load: str,
    options: Options,
) -> tuple[list[Row], dict[str, Footprint]]:
    say = workspace.output.progress
    rows: list[Row] = []
    footprints: dict[str, Footprint] = {}
    for function, call in FUNCTIONS.items():
        loads = [each for each in workloads(close=options.close) if each.function == function]
        with prepared(client, workspace.catalog, image, tags, function) as launches:
            if function == NEEDS_OF:
                say(f"{function}: starting each server {options.rounds} times")
                starts = footprint.start_seconds(client, host, launches, call, options.rounds)
            with _running(client, host, launches, function) as targets:
                if function == NEEDS_OF:
                    idle = footprint.memory(client, load, targets)
                rows += measure(client, load, targets, loads, options.seconds, options.rounds, say)
                if function == NEEDS_OF:
                    loaded = footprint.memory(client, load, targets)
                    for name in targets:
                        footprints[name] = Footprint(starts[name], idle[name], loaded[name])
    return rows, footprints


@contextmanager
def _running(
    client: "DockerClient", host: str, launches: Mapping[str, Launch], function: str
) -> Iterator[dict[str, Target]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(started(client, host, launch, FUNCTIONS[function]))
            for name, launch in launches.items()
        }


def write(result: Result, folder: Path) -> None:
    """Write the JSON and the chart of `result` to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{result.language}.json").write_text(to_json(result), encoding="utf-8")
    (folder / f"{result.language}.svg").write_text(chart.draw(result), encoding="utf-8")


def _titles(client: "DockerClient", image: Image, tags: Mapping[str, str]) -> dict[str, str]:
    titles = {OURS: f"{image.language}:{image.version}", BEFORE: tags.get(BEFORE, "")}
    for name in COMPARISONS:
        titles[name] = client.images.get(tags[name]).labels[labels.TITLE] if name in tags else ""
    return {name: titles[name] for name in tags}
