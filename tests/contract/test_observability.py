"""Chapter OBSERVABILITY of SPEC.md."""

import json
import re
import uuid

import pytest

from tests.support.orders import EXIT, FAIL, HELLO, INSPECT, PRINT, SLEEP
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until
from tests.support.web import message

COUNTERS = ["function_calls_total", "function_failures_total", "function_timeouts_total"]
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf")]
COMBINED = (
    r"\S+ - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
    r'"POST /%s\?a=1 HTTP/1\.1" 200 11 "https://referer\.example/" "the agent"'
)
LABELS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def counts(server: Server) -> list[float]:
    """Return calls, failures and timeouts so far."""
    metrics = server.metrics()
    return [metrics.total(name, method="POST") for name in COUNTERS]


@pytest.mark.clause("OBSERVABILITY-1")
@SLEEP
def test_metrics(server: Server) -> None:
    """The metrics have their names, types and label."""
    server.call({"seconds": 60})
    metrics = wait_until(lambda: server.metrics().after_calls(), 5, "metrics of a call")
    expected = dict.fromkeys(COUNTERS, "counter")
    expected |= {"function_duration_seconds": "histogram", "function_in_flight": "gauge"}
    assert expected.items() <= metrics.types.items()
    for name in (*COUNTERS, "function_duration_seconds_count"):
        assert "POST" in metrics.values(name, "method")


@pytest.mark.clause("OBSERVABILITY-2")
@HELLO
def test_buckets(server: Server) -> None:
    """The buckets are the same everywhere."""
    server.call()
    name = "function_duration_seconds_bucket"
    found = wait_until(lambda: server.metrics().values(name, "le"), 5, name)
    assert sorted(map(float, found)) == BUCKETS


@pytest.mark.clause("OBSERVABILITY-3")
@EXIT
def test_all_workers(server: Server) -> None:
    """Calls count though their workers have ended."""
    calls, failures, timeouts = counts(server)
    server.together(3, {"how": "exit"})
    server.together(3, {"how": "kill"})
    expected = [calls + 6, failures + 6, timeouts]
    wait_until(lambda: counts(server) == expected, 5, "6 calls and 6 failures")
    assert server.metrics().total("function_duration_seconds_count") == calls + 6


@pytest.mark.clause("OBSERVABILITY-3")
@pytest.mark.function("counter", FUNC_WORKERS="4")
def test_workers_together(server: Server) -> None:
    """The calls of all workers count together."""
    server.together(20)
    wait_until(lambda: counts(server) == [20, 0, 0], 5, "20 calls")
    assert server.metrics().total("function_duration_seconds_bucket", le="+Inf") == 20


@pytest.mark.clause("OBSERVABILITY-4")
@FAIL
def test_failures(server: Server) -> None:
    """A failed call is a call and a failure."""
    calls, failures, timeouts = counts(server)
    server.call()
    wait_until(lambda: counts(server) == [calls + 1, failures + 1, timeouts])


@pytest.mark.clause("OBSERVABILITY-4")
@SLEEP
def test_timeouts(server: Server) -> None:
    """A call that times out is a call, a failure and a timeout."""
    calls, failures, timeouts = counts(server)
    assert server.call({"seconds": 60}).status_code == 408
    wait_until(lambda: counts(server) == [calls + 1, failures + 1, timeouts + 1])


@pytest.mark.clause("OBSERVABILITY-4")
@pytest.mark.parametrize("how", ["exit", "kill"])
@EXIT
def test_crashes(server: Server, how: str) -> None:
    """A call whose process has ended is a call and a failure, and stands in the log as such."""
    calls, failures, timeouts = counts(server)
    mark = uuid.uuid4().hex
    assert server.request("POST", f"/{mark}", json={"how": how}).status_code == 500
    wait_until(lambda: counts(server) == [calls + 1, failures + 1, timeouts])
    (line,) = server.access_log(mark)
    assert '" 500 ' in line


@pytest.mark.clause("OBSERVABILITY-5")
@HELLO
def test_promtool(server: Server, tools: Tools) -> None:
    """Prometheus' own tool has no complaint."""
    server.call()
    command = f"curl -sS http://127.0.0.1:{server.port}/metrics | promtool check metrics"
    checked = tools.run(server, command)
    assert (checked.exit_code, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.clause("OBSERVABILITY-6")
@HELLO
def test_access_log(server: Server) -> None:
    """Each request is one line in the combined format."""
    mark = uuid.uuid4().hex
    headers = {"Referer": "https://referer.example/", "User-Agent": "the agent"}
    server.request("POST", f"/{mark}?a=1", headers=headers)
    (line,) = server.access_log(mark)
    assert re.fullmatch(COMBINED % mark, line)


@pytest.mark.clause("OBSERVABILITY-7", "OBSERVABILITY-11")
@INSPECT
def test_json_log(server: Server) -> None:
    """A line of the JSON log tells all of a request, its trace too; the function knows it."""
    mark = uuid.uuid4().hex
    headers = {"User-Agent": "the agent", "traceparent": TRACEPARENT}
    response = server.request("PUT", f"/{mark}?a=%20&b", headers=headers)
    (line,) = map(json.loads, server.access_log(mark))
    expected = {"method": "PUT", "path": f"/{mark}?a=%20&b", "status": 200, "trace_id": TRACE}
    expected |= {"bytes": len(response.content), "user_agent": "the agent"}
    assert expected.items() <= line.items()
    assert {"time", "remote_address"} <= line.keys()
    assert 0 < line["duration_seconds"] < 30
    assert TRACEPARENT in response.json()["request"]["headers"]["traceparent"]


@pytest.mark.clause("OBSERVABILITY-7")
@INSPECT
def test_json_log_without_headers(server: Server) -> None:
    """What a request doesn't have is null."""
    mark = uuid.uuid4().hex
    server.wire().send(message("GET", f"/{mark}")).read_until(b"\r\n")
    (line,) = map(json.loads, server.access_log(mark))
    assert {"path": f"/{mark}", "user_agent": None, "trace_id": None}.items() <= line.items()


@pytest.mark.clause("OBSERVABILITY-8")
@HELLO
def test_probes_in_the_log(server: Server) -> None:
    """Probes leave no line."""
    for probe in ("healthz", "readyz", "metrics"):
        assert server.get(f"/{probe}").status_code == 200
    mark = uuid.uuid4().hex
    server.get(f"/{mark}")
    server.access_log(mark)
    assert not re.search(r"/(healthz|readyz|metrics)\b", server.stdout)


@pytest.mark.clause("OBSERVABILITY-9", "OBSERVABILITY-10")
@pytest.mark.bounded
@PRINT
def test_output(server: Server) -> None:
    """What a function writes is out at once, each stream on its own, and stays after a kill."""
    running = server.begin({"stdout": "to stdout", "stderr": "to stderr", "then": "spin"})
    wait_until(lambda: "to stdout" in server.stdout and "to stderr" in server.stderr, 10, "output")
    assert not running.done()
    assert running.result().status_code == 408
    streams = [
        [line for line in text.splitlines() if line.startswith("to ")]
        for text in (server.stdout, server.stderr)
    ]
    assert streams == [["to stdout"], ["to stderr"]]


@pytest.mark.clause("OBSERVABILITY-12")
@HELLO
def test_unknown_methods(server: Server) -> None:
    """All other methods share one label; a server may refuse those that nobody has defined."""
    name = "function_calls_total"
    before = server.metrics().total(name, method="other")
    for method in ("PROPFIND", "REPORT", *(f"METHOD{number}" for number in range(5))):
        server.request(method)
    wait_until(lambda: server.metrics().total(name, method="other") >= before + 2, 5, "2 calls")
    assert server.metrics().values(name, "method") <= LABELS
