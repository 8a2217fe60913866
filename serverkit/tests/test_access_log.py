"""The access log."""

import json
import re

import pytest

from serverkit.access_log import Entry, apache_line, json_line, line_maker, trace_id

TRACE = "0af7651916cd43dd8448eb211c80319c"
ENTRY = Entry(
    "10.0.0.1",
    "GET",
    "/a?b=c",
    "HTTP/1.1",
    "http://from",
    "agent/1",
    f"00-{TRACE}-b7ad6b7169203331-01",
)


def test_apache() -> None:
    """The line is Apache's combined format."""
    line = apache_line(ENTRY, 200, 11, 0.5)
    pattern = (
        r"10\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
        r'"GET /a\?b=c HTTP/1\.1" 200 11 "http://from" "agent/1"\n'
    )
    assert re.fullmatch(pattern, line)


def test_apache_without_headers() -> None:
    """What is unknown is a dash."""
    assert apache_line(Entry("::1"), 400, 0, 0).endswith('"- - -" 400 0 "-" "-"\n')


def test_forged_line() -> None:
    """A client can't end a field of the log."""
    line = apache_line(Entry(user_agent='a" 200 "b\\\t'), 200, 0, 0)
    assert r'"a\x22 200 \x22b\x5c\x09"' in line


def test_json() -> None:
    """The line is one object."""
    line = json.loads(json_line(ENTRY, 200, 11, 0.5))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "remote_address": "10.0.0.1",
        "method": "GET",
        "path": "/a?b=c",
        "status": 200,
        "bytes": 11,
        "duration_seconds": 0.5,
        "user_agent": "agent/1",
        "trace_id": TRACE,
    }


@pytest.mark.parametrize("text", ["", "00-xyz-b7ad6b7169203331-01", "garbage"])
def test_no_trace(text: str) -> None:
    """What is no `traceparent` has no trace ID."""
    assert trace_id(text) is None


@pytest.mark.parametrize("entry", [ENTRY, Entry(), Entry(target="/\xff")])
def test_shared_memory(entry: Entry) -> None:
    """An entry survives shared memory."""
    assert Entry.decode(entry.encode()) == entry


def test_cut_entry() -> None:
    """Of an entry that was cut, the first fields are left."""
    assert Entry.decode(ENTRY.encode()[:20]).method == "GET"
    assert Entry.decode(b"") == Entry("")


def test_line_maker() -> None:
    """The format is chosen by its name."""
    assert line_maker("json") is json_line
    assert line_maker("apache") is apache_line
