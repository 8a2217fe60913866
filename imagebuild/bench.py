"""`build.py bench`: ours, the bare framework and its peer under the same load, in one run."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from imagebuild import bench_images, buildx, chart, containers, labels
from imagebuild import engine as engines
from imagebuild.bench_load import measure
from imagebuild.bench_result import COMPARISONS, FOLDER, OURS, Result, Row, to_json
from imagebuild.bench_servers import FUNCTIONS, running
from imagebuild.catalog import Catalog, Image
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes

if TYPE_CHECKING:
    from docker import DockerClient


def run(
    catalog: Catalog,
    image: Image,
    *,
    prefix: str,
    seconds: int,
    rounds: int,
    output: Path | None = None,
    jobs: int = 1,
    ca_bundle: Path | None = None,
) -> Result:
    """Measure `image` beside the others and return the result.

    Each load is put on one server after the other for `seconds`, and that `rounds` times. JSON
    and chart go to the folder `output`, by default `docs/bench`. Progress goes to stderr. `jobs`
    builds run at once; their package clients trust `ca_bundle`, by default this machine's.
    """
    authorities = ca_bundle or buildx.default_authorities()
    engine = engines.connect(Processes(), catalog.root)
    tags = bench_images.make(catalog, image, engine, prefix, jobs, authorities)
    client = containers.connect(engine.host)
    rows: list[Row] = []
    try:
        with interruptible():
            for function in FUNCTIONS:
                with running(client, engine.host, catalog, image, tags, function) as targets:
                    load = tags[bench_images.LOAD]
                    rows += measure(client, load, targets, function, seconds, rounds)
        result = Result(
            language=image.language,
            image=tags[OURS],
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            machine="{NCPU} cores, {Architecture}".format(**client.info()),
            rounds=rounds,
            seconds=seconds,
            titles={OURS: f"{image.language}:{image.version}", **_titles(client, tags)},
            rows=rows,
        )
    finally:
        client.close()
    write(result, output or catalog.root / FOLDER)
    return result


def write(result: Result, folder: Path) -> None:
    """Write the JSON and the chart of `result` to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{result.language}.json").write_text(to_json(result), encoding="utf-8")
    (folder / f"{result.language}.svg").write_text(chart.draw(result), encoding="utf-8")


def _titles(client: "DockerClient", tags: Mapping[str, str]) -> dict[str, str]:
    return {name: client.images.get(tags[name]).labels[labels.TITLE] for name in COMPARISONS}
