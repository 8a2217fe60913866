"""A bench's result for tests."""

from dataclasses import replace

from imagebuild.bench.result import Footprint, Result, Row, Sample, workloads

RATES = {"ours": 950.0, "bare": 1000.0, "peer": 500.0}
NEEDS = {
    "ours": Footprint(0.19, 30.0, 44.0),
    "bare": Footprint(0.15, 25.0, 30.0),
    "peer": Footprint(0.3, 50.0, 60.0),
}

RESULT = Result(
    language="python",
    image="function-runtimes/python:3.13",
    date="2026-11-25",
    machine="2 cores",
    rounds=5,
    seconds=3.0,
    titles={"ours": "python:3.13", "bare": "Bottle", "peer": "functions-framework"},
    rows=[
        Row(
            load.function,
            load.connections,
            {server: Sample(rate, 1.0, 2.5) for server, rate in RATES.items()},
        )
        for load in workloads(close=False)
    ],
    footprints=NEEDS,
)

BESIDE_BEFORE = replace(
    RESULT,
    titles={"ours": "python:3.13", "before": "before/python:3.13"},
    rows=[
        replace(row, servers={"ours": row.servers["ours"], "before": row.servers["bare"]})
        for row in RESULT.rows
    ],
    footprints={"ours": NEEDS["ours"], "before": Footprint(0.2, 40.0, 40.0)},
)
"""What `bench --before IMAGE --no-peers` has measured."""
