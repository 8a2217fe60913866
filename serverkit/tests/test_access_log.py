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
    TRACE,
)


def test_apache() -> None:
    """The line is Apache's combined format."""
    line = apache_line(ENTRY, 200, 11, 0.5)
    pattern = (
        r"10\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
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
    entry = Entry("::1", 'G"', "/\n", "H\x85\n", "\r", "\x7f")
    line = apache_line(entry, 400, 0, 0)
    assert line.endswith(r'"G\x22 /\x0a H\x85\x0a" 400 0 "\x0d" "\x7f"' + "\n")


@pytest.mark.parametrize("head", [b"", b"GET", b"\x16\x03\x01", b"\r\n", b"a b c d\r\n"])
def test_head_that_is_none(head: bytes) -> None:
    """Of what isn't HTTP, only the address is known."""
    assert Entry.of_head("::1", head) == Entry("::1")


def test_head() -> None:
    """A head that was never parsed says what the log needs, its body doesn't."""
    data = b"GET /a HTTP/1.1\r\nREFERER:r\r\nUser-Agent: u v\r\n%s\r\n\r\nReferer: x"
    parent = b"Traceparent: 00-%s-b7ad6b7169203331-01 \r\n" % TRACE.encode()
    entry = Entry("::1", "GET", "/a", "HTTP/1.1", "r", "u v", TRACE)
    assert Entry.of_head("::1", data % parent) == entry
    assert Entry.of_head("::1", data % (2 * parent)) == entry._replace(trace_id="")


def test_cut() -> None:
    """No text is longer than it may be."""
    assert ENTRY.cut((3,) * 7) == Entry("10.", "GET", "/a?", "HTT", "htt", "age", TRACE[:3])


def test_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line tells when its request was received, in UTC (OBSERVABILITY-14)."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setattr("time.time", lambda: 1_780_000_002.25)
    assert "[28/May/2026:20:26:40 +0000]" in apache_line(ENTRY, 200, 11, 2.0)
    assert json.loads(json_line(ENTRY, 200, 11, 2.0))["time"] == "2026-05-28T20:26:40.250Z"


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


PARENT = f"-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize("text", [f"00{PARENT}", f"01{PARENT}", f"fe{PARENT}-more"])
def test_trace(text: str) -> None:
    """A valid `traceparent` has a trace ID, of a later version too."""
    assert trace_id(text) == TRACE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        TRACE,
        f"ff{PARENT}",
        f"00{PARENT}-more",
        f"01{PARENT}more",
        f"0g{PARENT}",
        f"00{PARENT.upper()}",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}0-b7ad6b7169203331-01",
    ],
)
def test_no_trace(text: str) -> None:
    """What is no `traceparent` has no trace ID (OBSERVABILITY-13)."""
    assert trace_id(text) == ""


@pytest.mark.parametrize("entry", [ENTRY, Entry(), Entry(target="/\xff")])
def test_shared_memory(entry: Entry) -> None:
    """An entry survives shared memory."""
    assert Entry.decode(entry.encode()) == entry


def test_cut_entry() -> None:
    """Each text is cut by itself (OBSERVABILITY-16)."""
    long = Entry(*("x" * 5000 for _ in ENTRY))
    lengths = [len(text) for text in Entry.decode(long.encode())]
    assert sum(lengths) + len(lengths) < 4000
    assert all(a >= b for a, b in zip(lengths[1:], (16, 1024, 8, 384, 384, 32), strict=True))
    assert Entry.decode(b"") == Entry("")


def test_line_maker() -> None:
    """The format is chosen by its name."""
    assert line_maker("json") is json_line
    assert line_maker("apache") is apache_line
