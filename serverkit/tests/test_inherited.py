"""What each worker makes anew, because it is a fork of the process that has loaded the function."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from serverkit.testing import Serve, Served

WORKERS = 4
# A call that lasts until all the others have begun, so that each has a worker of its own.
TOGETHER = """
import os, pathlib, time
def wait_for_others():
    folder = pathlib.Path(os.environ["KUBELESS_INSTALL_VOLUME"], "calls")
    folder.mkdir(exist_ok=True)
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < {workers}:
        time.sleep(0.01)
"""


def answers(server: Served) -> list[Any]:
    """Return what one call in each worker has answered."""

    def call(_: int) -> Any:
        reply = server.request()
        assert reply.status == 200, server.errors.read_text()
        return json.loads(reply.body)

    with ThreadPoolExecutor(WORKERS) as clients:
        return list(clients.map(call, range(WORKERS)))


@pytest.fixture
def in_workers(serve: Serve) -> Callable[..., list[Any]]:
    """Return a function that calls EXPRESSION once in each worker, after SETUP at module level."""

    def run(setup: str, expression: str) -> list[Any]:
        source = TOGETHER.format(workers=WORKERS) + setup
        source += (
            f"\ndef handler(event, context):\n    wait_for_others()\n    return {expression}\n"
        )
        return answers(serve(source, FUNC_TIMEOUT="10"))

    return run


@pytest.mark.parametrize(
    ("setup", "expression"),
    [
        ("import random", "random.getrandbits(64)"),
        ("import random\nown = random.Random()", "own.getrandbits(64)"),
        ("import random\nclass Own(random.Random): pass\nown = Own()", "own.getrandbits(64)"),
        ("import random\nown = random.Random(1)\nown.seed()", "own.getrandbits(64)"),
        ("import random\nown = [{'a': random.Random()}]", "own[0]['a'].random()"),
        ("import secrets, uuid", "[secrets.token_hex(), str(uuid.uuid4())]"),
    ],
)
def test_generators(in_workers: Callable[..., list[Any]], setup: str, expression: str) -> None:
    """A random generator made at module level gives other numbers in each worker."""
    found = in_workers(setup, expression)
    assert len({json.dumps(each) for each in found}) == WORKERS


def test_generator_with_a_seed(in_workers: Callable[..., list[Any]]) -> None:
    """One that was given a seed gives the numbers of that seed."""
    found = in_workers("import random\nown = random.Random(42)", "own.getrandbits(64)")
    assert len(set(found)) == 1


LOOP = """
import asyncio
loop = asyncio.new_event_loop()
{before}
async def work():
    for n in range(50):
        await loop.run_in_executor(None, time.sleep, 0.001)
    return 1
"""


@pytest.mark.parametrize("before", ["", "loop.run_until_complete(asyncio.sleep(0))"])
def test_loop(in_workers: Callable[..., list[Any]], before: str) -> None:
    """An event loop made at module level wakes the worker that it is used in, and no other."""
    found = in_workers(LOOP.format(before=before), "loop.run_until_complete(work())")
    assert found == [1] * WORKERS


def test_pool_that_was_used(in_workers: Callable[..., list[Any]]) -> None:
    """A thread pool that was used at module level runs what a worker gives it."""
    setup = "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n"
    setup += "assert pool.submit(int, 5).result() == 5"
    assert in_workers(setup, "pool.submit(int, 7).result()") == [7] * WORKERS


LISTENER = """
import logging, logging.handlers, queue, sys
lines = queue.Queue()
listener = logging.handlers.QueueListener(lines, logging.StreamHandler(sys.stdout))
listener.start()
logging.getLogger().addHandler(logging.handlers.QueueHandler(lines))
def handler(event, context):
    logging.warning("a line of the function")
    lines.join()
"""


def test_log_listener(serve: Serve) -> None:
    """A log listener that was started at module level writes what a worker logs."""
    server = serve(LISTENER, FUNC_TIMEOUT="10")
    assert server.request().status == 200
    assert "a line of the function\n" in server.output.read_text()
    assert server.errors.read_text() == ""


THREAD = """
import threading
threading.Thread(target=threading.Event().wait, name="refresher", daemon=True).start()
handler = lambda event, context: "answer"
"""


def test_other_threads(serve: Serve) -> None:
    """Other threads are named on stderr at the start, because no worker has them."""
    server = serve(THREAD)
    assert server.request().body == b"answer"
    lines = server.errors.read_text().splitlines()
    assert "`refresher`" in lines[0]
    assert lines[1].startswith("hint: ")
