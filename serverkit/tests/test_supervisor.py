"""The whole server, end to end: what happens between its processes."""

import json
import os
import signal
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from serverkit.testing import Reply, Serve, Served

JSON_HEAD = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
FUNCTION = '''
import asyncio, ctypes, os, signal, subprocess, sys, threading, time

count = 0

def handler(event, context):
    """Do what the body says: a name and an argument."""
    name, argument = event["data"] or ["hello", None]
    return globals()[name](argument)

def hello(_): return "hello world"
def sleep(seconds): time.sleep(seconds); return "slept"
def spin(_):
    while True: pass
async def never(_): await asyncio.get_running_loop().create_future()
def stubborn(file):
    while True:
        try:
            open(file, "a").write("line\\\\n"); time.sleep(0.05)
        except BaseException: pass
def block(_): ctypes.PyDLL(None).pause()
def spawn(file):
    code = "import sys, time\\\\nwhile 1: open(sys.argv[1], 'a').write('x'); time.sleep(0.05)"
    subprocess.run([sys.executable, "-c", code, file], start_new_session=True)
def leave(code): os._exit(code)
def quit(code): sys.exit(code)
def kill(_): os.kill(os.getpid(), signal.SIGKILL)
def fail(_): raise ValueError("expected failure")
def later(_):
    threading.Timer(0.05, fail, [None]).start()
    return "accepted"
def exit_later(_):
    threading.Timer(0.05, os._exit, [3]).start()
    return "accepted"
def stream(pause):
    for number in range(3):
        yield f"piece {number}\\\\n"
        time.sleep(pause)
async def astream(pause):
    for number in range(3):
        yield f"piece {number}\\\\n"
        await asyncio.sleep(pause)
def broken(_):
    yield "piece 0\\\\n"
    raise ValueError("expected failure")
def counter(_):
    global count
    count += 1
    return {"count": count, "process": os.getpid()}
async def background(file):
    async def write():
        await asyncio.sleep(0.1)
        open(file, "w").write("done")
    global task
    task = asyncio.ensure_future(write())
    return "left"
def orphan(_):
    if (parent := os.fork()) == 0:
        if os.fork() == 0: time.sleep(0.2)
        os._exit(0)
    os.waitpid(parent, 0)
    return "left"
def chatter(_):
    print("to stdout", end=""); sys.stderr.write("to stderr")
    os.kill(os.getpid(), signal.SIGKILL)
def zygote(_): os.kill(os.getppid(), signal.SIGTERM); return "sent"
'''.replace("\\\\n", "\\n")


def ask(server: Served, name: str, argument: object = None) -> Reply:
    """Have the function do something."""
    return server.post(json.dumps([name, argument]))


def timed(server: Served, name: str, argument: object = None) -> tuple[Reply, float]:
    """Have the function do something; return how long it took as well."""
    start = time.monotonic()
    return ask(server, name, argument), time.monotonic() - start


def until(condition: object, seconds: float = 5) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def metric(server: Served, name: str) -> float:
    """Return the value of a metric."""
    text = server.request("GET", "/metrics").body.decode()
    return sum(
        float(x.split()[-1]) for x in text.splitlines() if x.split("{")[0].split()[0] == name
    )


@pytest.mark.parametrize("name", ["sleep", "spin", "never", "block", "stubborn", "spawn"])
def test_deadline(serve: Serve, tmp_path: Path, name: str) -> None:
    """Whatever a call does, it ends at its deadline, and so does what it has started."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.5")
    file = tmp_path / "lines"
    reply, seconds = timed(server, name, 60 if name == "sleep" else str(file))
    assert reply.status == 408
    assert seconds < 1.5
    size = file.stat().st_size if file.exists() else 0
    assert ask(server, "hello").body == b"hello world"
    time.sleep(0.3)
    assert size == (file.stat().st_size if file.exists() else 0)
    assert metric(server, "function_timeouts_total") == 1
    assert '" 408 ' in server.output.read_text()


def test_nothing_in_flight_after_a_timeout(serve: Serve) -> None:
    """A call that was killed is in flight no more."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.3")
    assert ask(server, "spin").status == 408
    assert metric(server, "function_in_flight") == 0


def test_exit_before_the_call(serve: Serve) -> None:
    """A worker that ends while it reads a body is a 500, a call and a failure."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    assert ask(server, "exit_later").body == b"accepted"
    wire = server.wire()
    wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")
    assert wire.recv(4096).startswith(b"HTTP/1.1 500 ")
    assert metric(server, "function_calls_total") == 2
    assert metric(server, "function_failures_total") == 1


@pytest.mark.parametrize("name", ["leave", "quit", "kill"])
def test_exit_of_the_process(serve: Serve, name: str) -> None:
    """A call that ends its process is a 500 at once, and the next is served."""
    server = serve(FUNCTION)
    running = ThreadPoolExecutor(1).submit(ask, server, "sleep", 0.5)
    time.sleep(0.1)
    reply, seconds = timed(server, name, 3)
    assert reply.status == 500
    assert seconds < 1
    assert ask(server, "hello").status == 200
    assert running.result().body == b"slept"
    assert metric(server, "function_failures_total") == 1


def test_exit_between_requests(serve: Serve) -> None:
    """A worker that ends after its reply harms nobody."""
    server = serve(FUNCTION)
    assert ask(server, "exit_later").body == b"accepted"
    time.sleep(0.2)
    assert ask(server, "hello").body == b"hello world"
    assert metric(server, "function_failures_total") == 0


def test_error_after_the_reply(serve: Serve) -> None:
    """An error in a thread is written to stderr, no more."""
    server = serve(FUNCTION)
    assert ask(server, "later").body == b"accepted"
    until(lambda: "expected failure" in server.errors.read_text())
    assert ask(server, "hello").body == b"hello world"


def test_ten_timeouts(serve: Serve) -> None:
    """Timeouts leave neither less capacity nor more processes."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.4", FUNC_WORKERS="5")
    with ThreadPoolExecutor(10) as threads:
        replies = list(threads.map(lambda _: ask(server, "spin").status, range(10)))
        assert set(replies) <= {408, 503}
    start = time.monotonic()
    with ThreadPoolExecutor(10) as threads:
        assert {r.status for r in threads.map(lambda _: ask(server, "sleep", 0.1), range(10))} == {
            200
        }
    assert time.monotonic() - start < 1.5
    zombies = [
        stat
        for stat in Path("/proc").glob("[0-9]*/stat")
        if (fields := read(stat).rpartition(")")[2].split())
        and fields[0] == "Z"
        and int(fields[1]) == server.process.pid
    ]
    assert zombies == []


def read(path: Path) -> str:
    """Read a file that may be gone."""
    try:
        return path.read_text()
    except OSError:
        return ""


def test_ten_sleeps(serve: Serve) -> None:
    """Ten calls execute at the same time."""
    server = serve(FUNCTION)
    with ThreadPoolExecutor(10) as threads:
        start = time.monotonic()
        replies = list(threads.map(lambda _: ask(server, "sleep", 1), range(10)))
    assert [reply.body for reply in replies] == [b"slept"] * 10
    assert time.monotonic() - start < 2


def test_overload(serve: Serve) -> None:
    """Within the bound requests wait; over it they are refused; probes are not concerned."""
    server = serve(FUNCTION, FUNC_WORKERS="2", FUNC_CONCURRENCY="4")
    with ThreadPoolExecutor(5) as threads:
        running = [threads.submit(ask, server, "sleep", 0.8) for _ in range(4)]
        time.sleep(0.4)
        refused, seconds = timed(server, "hello")
        assert server.request("GET", "/healthz").status == 200
        assert (refused.status, refused.header("Retry-After")) == (503, "1")
        assert seconds < 0.5
        assert [future.result().status for future in running] == [200] * 4


def test_waiting_has_a_limit(serve: Serve) -> None:
    """Who has waited for a worker for the whole timeout is refused."""
    server = serve(FUNCTION, FUNC_WORKERS="1", FUNC_TIMEOUT="1")
    with ThreadPoolExecutor(3) as threads:
        replies = list(threads.map(lambda _: ask(server, "sleep", 0.9).status, range(3)))
    assert sorted(replies) == [200, 200, 503]


def test_state_lives_on(serve: Serve) -> None:
    """One worker keeps its state, whether connections are kept or not."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    replies = [json.loads(ask(server, "counter").body) for _ in range(5)]
    assert [reply["count"] for reply in replies] == [1, 2, 3, 4, 5]
    assert len({reply["process"] for reply in replies}) == 1


def test_idle_connections(serve: Serve) -> None:
    """Idle and half-open connections take no worker."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    idle = [server.wire() for _ in range(20)]
    for wire in idle[:10]:
        wire.sendall(b"GET / HTTP/1.1\r\nHo")
    kept = server.wire()
    kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(4096).startswith(b"HTTP/1.1 200")
    reply, seconds = timed(server, "hello")
    assert reply.body == b"hello world"
    assert seconds < 1
    idle[0].sendall(b"st: x\r\n\r\n")
    assert idle[0].recv(4096).startswith(b"HTTP/1.1 200")
    kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(4096).endswith(b"ok\n")


def test_slow_bodies(serve: Serve) -> None:
    """Who is slow to send a body occupies no worker, on a connection that was used before too."""
    server = serve(FUNCTION, FUNC_WORKERS="2")
    head = JSON_HEAD % 14
    wires = [server.wire() for _ in range(6)]
    for number, wire in enumerate(wires):
        if number % 2:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(4096).endswith(b"hello world")
        wire.sendall(head + b'["sleep",')
    reply, seconds = timed(server, "hello")
    assert (reply.status, seconds < 1) == (200, True)
    assert server.request("POST", "/", b"x" * 32768).status == 500
    for wire in wires:
        wire.sendall(b" 0.1]")
    assert [wire.recv(4096)[-5:] for wire in wires] == [b"slept"] * 6


def test_slow_body_in_a_drain(serve: Serve) -> None:
    """A request whose body is on its way when the drain starts is in flight."""
    server = serve(FUNCTION)
    wire = server.wire()
    wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
    wire.sendall(b"Content-Length: 14\r\n\r\n")
    time.sleep(0.2)
    server.process.terminate()
    until(lambda: server.request("GET", "/readyz").status == 503)
    wire.sendall(b'["sleep", 0.1]')
    assert wire.recv(4096).endswith(b"slept")
    assert server.process.wait(5) == 0


def test_pipeline(serve: Serve) -> None:
    """Pipelined requests are answered in their order, probes among them."""
    server = serve(FUNCTION)
    wire = server.wire()
    body = b'["sleep", 0.1]'
    post = JSON_HEAD + b"%s"
    get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    wire.sendall(
        post % (len(body), body) + get + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + get + last
    )
    answer = b""
    while data := wire.recv(65536):
        answer += data
    bodies = [part.split(b"HTTP/1.1")[0] for part in answer.split(b"\r\n\r\n")[1:]]
    assert bodies == [b"slept", b"hello world", b"ok\n", b"hello world", b"hello world"]


@pytest.mark.parametrize("name", ["stream", "astream"])
def test_stream(serve: Serve, name: str) -> None:
    """The pieces come one by one."""
    server = serve(FUNCTION)
    wire = server.wire()
    body = b'["%s", 0.2]' % name.encode()
    wire.sendall(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
    )
    wire.sendall(b"%d\r\n\r\n%s" % (len(body), body))
    first = wire.recv(4096)
    assert b"piece 0" in first
    assert b"piece 1" not in first
    rest = b""
    while not rest.endswith(b"0\r\n\r\n"):
        rest += wire.recv(4096)
    assert b"piece 2" in rest


@pytest.mark.parametrize(("name", "argument"), [("stream", 5), ("broken", None)])
@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_cut_stream(serve: Serve, name: str, argument: object, version: bytes) -> None:
    """A streamed answer that can't be ended isn't ended in order."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.5")
    wire = server.wire()
    body = json.dumps([name, argument]).encode()
    wire.sendall(b"POST / %s\r\nHost: x\r\nContent-Type: application/json\r\n" % version)
    wire.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    answer, reset = b"", False
    try:
        while data := wire.recv(4096):
            answer += data
    except ConnectionResetError:
        reset = True
    assert not answer.endswith(b"0\r\n\r\n")
    assert reset or version == b"HTTP/1.1"
    until(lambda: '" 200 ' in server.output.read_text())
    assert ask(server, "hello").status == 200


def test_background_task(serve: Serve, tmp_path: Path) -> None:
    """A task that a coroutine leaves behind goes on between calls."""
    server = serve(FUNCTION)
    file = tmp_path / "file"
    assert ask(server, "background", str(file)).body == b"left"
    until(file.exists)


def test_nothing_written_is_lost(serve: Serve) -> None:
    """What was written before a SIGKILL is there."""
    server = serve(FUNCTION)
    assert ask(server, "chatter").status == 500
    assert "to stdout" in server.output.read_text()
    assert "to stderr" in server.errors.read_text()


def test_orphans(serve: Serve) -> None:
    """Orphans are reaped."""
    server = serve(FUNCTION)
    assert ask(server, "orphan").body == b"left"
    time.sleep(0.5)
    states = [
        read(path).rpartition(")")[2].split()[:2] for path in Path("/proc").glob("[0-9]*/stat")
    ]
    assert ["Z", str(server.process.pid)] not in states


def test_too_large(serve: Serve) -> None:
    """A client that is still sending reads its 413."""
    server = serve(FUNCTION, REQ_MB_LIMIT="1")
    wire = server.wire()
    size = 6 * 2**20
    wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
    wire.sendall(b"x" * size)
    assert wire.recv(4096).startswith(b"HTTP/1.1 413")


def test_expectation(serve: Serve) -> None:
    """`100 Continue` is sent for a body that will be read, and for no other."""
    server = serve(FUNCTION, REQ_MB_LIMIT="1")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    wire = server.wire()
    wire.sendall(head % 2)
    assert wire.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.sendall(b"xx")
    assert wire.recv(4096).startswith(b"HTTP/1.1 500")
    wire = server.wire()
    wire.sendall(head % (2 * 2**20))
    assert wire.recv(4096).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_garbage(serve: Serve, garbage: bytes) -> None:
    """What isn't HTTP is refused."""
    wire = serve(FUNCTION).wire()
    wire.sendall(garbage)
    answer = wire.recv(4096)
    assert answer == b"" or answer.split()[1] in (b"400", b"505")


def test_odd_target(serve: Serve) -> None:
    """A path that looks like a broken host reaches the function, and ends no worker."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    before = json.loads(ask(server, "counter").body)
    wire = server.wire()
    wire.sendall(b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.recv(4096).startswith(b"HTTP/1.1 200")
    after = json.loads(ask(server, "counter").body)
    assert after == {"count": 2, "process": before["process"]}


@pytest.mark.parametrize("linger", [0, 1])
def test_client_that_leaves(serve: Serve, linger: int) -> None:
    """A client that closes or resets its connection during a call ends no worker."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    before = json.loads(ask(server, "counter").body)
    body = b'["sleep", 0.3]'
    with server.wire() as wire:
        wire.sendall(b"POST /left HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        wire.sendall(b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        time.sleep(0.1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", linger, 0))
    after = json.loads(ask(server, "counter").body)
    assert after == {"count": 2, "process": before["process"]}
    assert server.output.read_text().count("/left") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_exit(serve: Serve, number: int) -> None:
    """An idle server ends at once, with idle connections too."""
    server = serve(FUNCTION)
    kept = server.wire()
    kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(4096)
    start = time.monotonic()
    os.kill(server.process.pid, number)
    assert server.process.wait(5) == 0
    assert time.monotonic() - start < 1


def test_drain(serve: Serve) -> None:
    """What is in flight completes; probes say so; new requests are refused."""
    server = serve(FUNCTION, FUNC_WORKERS="1")
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(ask, server, "sleep", 0.6) for _ in range(2)]
        time.sleep(0.3)
        server.process.terminate()
        until(lambda: server.request("GET", "/readyz").status == 503)
        assert server.request("GET", "/healthz").status == 200
        with suppress(OSError):
            assert ask(server, "hello").status == 503
        assert [future.result().body for future in running] == [b"slept"] * 2
    assert server.process.wait(5) == 0


def test_timeout_ends_the_drain(serve: Serve) -> None:
    """The last call of a drain has its 408 too, and its line."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.6", FUNC_GRACE_PERIOD="10")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(ask, server, "spin")
        time.sleep(0.2)
        server.process.terminate()
        assert running.result().status == 408
    assert server.process.wait(5) == 0
    assert '" 408 ' in server.output.read_text()


def test_probe_with_a_body(serve: Serve) -> None:
    """The body of a probe is no request."""
    server = serve(FUNCTION)
    for field in (b"Content-Length: 22", b"Content-Length : 22", b"A: b\nTransfer-Encoding: x"):
        wire = server.wire()
        wire.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\n%s\r\n\r\nGET /body HTTP/1.1\r\nHost: x\r\n\r\n"
            % field
        )
        answer = b""
        while data := wire.recv(4096):
            answer += data
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"Connection: close" in answer
    assert "/body" not in server.output.read_text()


def test_grace_is_bounded(serve: Serve) -> None:
    """A drain ends, whatever a call does."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.5", FUNC_GRACE_PERIOD="0.1")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(ask, server, "sleep", 0.3)
        time.sleep(0.1)
        server.process.terminate()
        assert running.result().body == b"slept"
    assert server.process.wait(5) == 0


def test_log_of_each_request(serve: Serve) -> None:
    """Each request has its line, a probe has none."""
    server = serve(FUNCTION, FUNC_LOG_FORMAT="json", FUNC_TIMEOUT="0.3")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    server.request("GET", "/a?b=c", headers={"traceparent": trace, "User-Agent": "test"})
    ask(server, "spin")
    server.request("GET", "/metrics")
    lines = [json.loads(line) for line in server.output.read_text().splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [("/a?b=c", 200), ("/", 408)]
    assert lines[0]["trace_id"] == trace.split("-")[1]
    assert lines[0]["bytes"] == 11


def test_zygote_is_replaced(serve: Serve) -> None:
    """A function that ends the process it was forked from doesn't end the server."""
    server = serve(FUNCTION)
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    zygote = int(children.read_text().split()[0])
    os.kill(zygote, signal.SIGKILL)
    for _ in range(3):
        assert ask(server, "kill").status == 500
        until(lambda: ask(server, "hello").status == 200)


def test_load_failure(serve: Serve) -> None:
    """A function that doesn't load ends the server with its cause."""
    server = serve("raise RuntimeError('expected load failure')")
    assert server.process.wait(10) == 1
    assert "expected load failure" in server.errors.read_text().splitlines()[-1]
    assert "function.py" in server.errors.read_text()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port))


def test_connection_longer_than_the_timeout(serve: Serve) -> None:
    """A connection may live for longer than a call may take."""
    server = serve(FUNCTION, FUNC_TIMEOUT="0.5", FUNC_WORKERS="1")
    wire = server.wire()
    body = b'["sleep", 0.04]'
    end = time.monotonic() + 3
    while time.monotonic() < end:
        wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        wire.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert wire.recv(4096).endswith(b"slept")
    assert metric(server, "function_timeouts_total") == 0


def test_head_in_pieces(serve: Serve) -> None:
    """A head may come in pieces, the last of them with much of the body; up to a limit."""
    server = serve(FUNCTION)
    wire = server.wire()
    body = b'["hello", "%s"]' % (b"x" * 100_000)
    wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
    time.sleep(0.2)
    wire.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert wire.recv(4096).endswith(b"hello world")
    wire = server.wire()
    wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 70_000)
    assert wire.recv(4096).startswith(b"HTTP/1.1 431")


PATCHED = """
import select, socket
del select.poll, select.epoll
class Green:
    def __init__(self, *arguments, **named): raise RuntimeError("patched")
socket.socket = Green

def handler(event, context): return event["data"]
"""


def test_monkey_patching(serve: Serve) -> None:
    """A function may replace parts of the standard library, as gevent and eventlet do."""
    server = serve(PATCHED, FUNC_WORKERS="1")
    body = b"x" * 100_000
    replies = [server.request("POST", "/", body) for _ in range(2)]
    assert [(reply.status, reply.body) for reply in replies] == 2 * [(200, body)]
