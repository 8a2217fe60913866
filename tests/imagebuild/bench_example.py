"""A bench's result for tests."""

from imagebuild.bench_result import SERVERS, WORKLOADS, Result, Row, Sample

RATES = {"ours": 950.0, "bare": 1000.0, "peer": 500.0}

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
            {server: Sample(RATES[server], 1.0, 2.5) for server in SERVERS},
        )
        for load in WORKLOADS
    ],
)
