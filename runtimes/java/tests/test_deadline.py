"""Calls that end at their very deadline, on connections that go on."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.server import Server
from tests.support.web import Wire, message

TIMEOUT = 0.4
OFFSETS = [-0.004, -0.002, -0.001, 0.0, 0.001]  # of the end of a call from its deadline
CLIENTS = 5
JSON = {"Content-Type": "application/json"}


def ask(wire: Wire, seconds: float) -> int:
    """Have the function sleep; return the status of the answer, 0 if there is none."""
    wire.send(message("POST", "/", JSON, json.dumps({"seconds": seconds}).encode()))
    answer = wire.read_until(b"slept")
    return int(answer.split()[1]) if answer else 0


@pytest.mark.function("sleep", FUNC_TIMEOUT=str(TIMEOUT))
@pytest.mark.timeout(120)
def test_answer_of_another_call(server: Server) -> None:
    """The 408 of a call never reaches the next one: that has its own answer."""
    begin = threading.Barrier(CLIENTS)

    def client(offset: float) -> list[tuple[int, int]]:
        begin.wait()
        found = []
        for _ in range(12):
            wire = server.wire()
            first = ask(wire, TIMEOUT + offset)
            found.append((first, ask(wire, 0) if first == 200 else 200))
            wire.close()
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [pair for pairs in pool.map(client, OFFSETS) for pair in pairs]
    assert {first for first, _ in found} <= {200, 408}
    assert {second for _, second in found} == {200}
