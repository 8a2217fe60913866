"""Chapter OBSERVABILITY of SPEC.md."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.orders import EXIT, EXIT_SETTINGS, FAIL, HELLO, INSPECT, PRINT, SLEEP
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until
from tests.support.web import message

COUNTERS = ["function_calls_total", "function_failures_total", "function_timeouts_total"]
HELP_LINE = re.compile(r"^# HELP (\S+) (.*)$", re.MULTILINE)
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf")]
COMBINED = (
    r"\S+ - - \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000)\] "
    r'"POST /%s\?a=1 HTTP/1\.1" 200 11 "https://referer\.example/" "the agent"'
)
LABELS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
TRACEPARENTS = {
    TRACEPARENT: TRACE,
    f"00-{TRACE}-{PARENT}-ff": TRACE,
    f"cc-{TRACE}-{PARENT}-01": TRACE,
    f"cc-{TRACE}-{PARENT}-01-what-may-come": TRACE,
    f"00-{TRACE}-{PARENT}-01-more": None,
    f"cc-{TRACE}-{PARENT}-01more": None,
    f"ff-{TRACE}-{PARENT}-01": None,
    f"00-{TRACE.upper()}-{PARENT}-01": None,
    f"00-{TRACE}-{PARENT}-0A": None,
    f"00-{TRACE}-{PARENT}-1": None,
    f"00-{TRACE}-{PARENT}": None,
    f"0-{TRACE}-{PARENT}-01": None,
    f"00-{TRACE[1:]}-{PARENT}-01": None,
    f"00-{TRACE}-{PARENT}0-01": None,
    f"00-{TRACE[1:]}g-{PARENT}-01": None,
    f"00-{'0' * 32}-{PARENT}-01": None,
    f"00-{TRACE}-{'0' * 16}-01": None,
    f"00_{TRACE}_{PARENT}_01": None,
    TRACE: None,
}
HELP = {
    "function_duration_seconds": "Duration of calls in seconds.",
    "function_calls_total": "Calls of the function.",
    "function_failures_total": "Calls that failed, timeouts included.",
    "function_timeouts_total": "Calls stopped at their deadline.",
    "function_in_flight": "Calls executing now.",
}


def utc_now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


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


@pytest.mark.clause("OBSERVABILITY-6", "OBSERVABILITY-14")
@HELLO
def test_access_log(server: Server) -> None:
    """Each request is one line in the combined format."""
    mark = uuid.uuid4().hex
    headers = {"Referer": "https://referer.example/", "User-Agent": "the agent"}
    before = utc_now().replace(microsecond=0)
    server.request("POST", f"/{mark}?a=1", headers=headers)
    (line,) = server.access_log(mark)
    match = re.fullmatch(COMBINED % mark, line)
    assert match
    assert before <= datetime.strptime(match[1], "%d/%b/%Y:%H:%M:%S %z") <= utc_now()


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


@pytest.mark.clause("OBSERVABILITY-13")
@INSPECT
def test_trace_ids(server: Server) -> None:
    """Only what W3C Trace Context takes for valid is logged."""
    mark = uuid.uuid4().hex
    for number, traceparent in enumerate(TRACEPARENTS):
        server.get(f"/{mark}/{number}", headers={"traceparent": traceparent})
    server.get(f"/{mark}/{len(TRACEPARENTS)}", headers=2 * [("traceparent", TRACEPARENT)])
    wanted = dict(enumerate([*TRACEPARENTS.values(), None]))
    lines = wait_until(
        lambda: x if len(x := server.access_log(mark)) == len(wanted) else None, 5, "all lines"
    )
    found = {int(line["path"].split("/")[-1]): line["trace_id"] for line in map(json.loads, lines)}
    assert found == wanted


@pytest.mark.clause("OBSERVABILITY-14", "OBSERVABILITY-15")
@SLEEP
def test_time_of_a_request(server: Server) -> None:
    """A line tells when its request began, not when it ended, and how long it took."""
    mark, before = uuid.uuid4().hex, utc_now()
    server.request("POST", f"/{mark}", json={"seconds": 0.7})
    (line,) = map(json.loads, server.access_log(mark))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    late = datetime.fromisoformat(line["time"]) - before
    assert timedelta(milliseconds=-2) <= late < timedelta(seconds=0.6)
    assert 0.7 <= line["duration_seconds"] < 1


@pytest.mark.clause("OBSERVABILITY-16")
@pytest.mark.parametrize("how", ["exit", "kill"])
@pytest.mark.needs("exit")
def test_request_of_an_ended_worker(runtime: Runtime, how: str) -> None:
    """Process 1, which logs such a request, knows much of it."""
    target, referer, agent = "/" + uuid.uuid4().hex + 991 * "t", "r" * 384, "u" * 384
    headers = {"Referer": referer + "more", "User-Agent": agent + "more"}
    headers["traceparent"] = TRACEPARENT
    apache = runtime.shared("exit", EXIT_SETTINGS)
    apache.request("VERSION-CONTROL", target + "more", headers=headers, json={"how": how})
    (line,) = apache.access_log(target)
    assert '"VERSION-CONTROL /' in line
    assert f'"{referer}' in line
    assert f'"{agent}' in line
    logging = runtime.shared("exit", {**EXIT_SETTINGS, "FUNC_LOG_FORMAT": "json"})
    logging.request("POST", target + "more", headers=headers, json={"how": how})
    (line,) = logging.access_log(target)
    assert json.loads(line)["trace_id"] == TRACE
    assert json.loads(line)["user_agent"].startswith(agent)


@pytest.mark.clause("OBSERVABILITY-17")
@HELLO
def test_help(server: Server) -> None:
    """The metrics are explained in the same words everywhere."""
    server.call()
    found = wait_until(lambda: HELP_LINE.findall(server.get("/metrics").text), 5, "HELP")
    assert HELP.items() <= dict(found).items()
