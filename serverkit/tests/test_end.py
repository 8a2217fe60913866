"""What a function learns of the end of the runtime."""

import signal
import time

import pytest

from serverkit.testing import Serve

HOOK = """
import atexit, multiprocessing, time
def child():
    time.sleep(60)
def handler(event, context):
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.terminate()
    process.join()
    return process.exitcode
atexit.register(print, "the hook has run")
"""
HANDLER = """
import signal, sys
def end(number, frame):
    print("the handler has run")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
handler = lambda event, context: "answer"
"""
STUBBORN = """
import signal
import time
signal.signal(signal.SIGTERM, lambda *_: time.sleep(60))
handler = lambda event, context: "answer"
"""


@pytest.mark.parametrize("source", [HOOK, HANDLER])
def test_hook(serve: Serve, source: str) -> None:
    """Its own handler of SIGTERM runs, and its exit hooks, and only at the end."""
    server = serve(source)
    server.request()
    assert "has run" not in server.output.read_text()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 0
    assert "has run\n" in server.output.read_text()


def test_child(serve: Serve) -> None:
    """A process that the function has forked ends by the signal itself, without the hooks."""
    server = serve(HOOK)
    assert server.request().body == str(-signal.SIGTERM).encode()
    assert "has run" not in server.output.read_text()


def test_stubborn_worker(serve: Serve) -> None:
    """A worker whose handler takes long delays the end by less than a second (LIFECYCLE-4)."""
    server = serve(STUBBORN)
    server.request()
    server.process.send_signal(signal.SIGTERM)
    start = time.monotonic()
    assert server.process.wait(5) == 0
    assert time.monotonic() - start < 1
