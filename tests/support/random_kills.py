"""Load in which calls end their process at random moments, and what became of each request."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.support.answers import Connection
from tests.support.web import message

CONNECTIONS = 8
KILLS_IN_100 = 20
LONGEST_CALL_SECONDS = 0.02
ECHO_BYTES = 2000


@dataclass
class Outcome:
    """What the clients have seen: statuses by request, how many calls were to end their process."""

    statuses: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    mistakes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, status: int, killed: bool, mistake: str) -> None:
        """Note the answer to one request; `mistake` says what is wrong with it."""
        with self._lock:
            self.statuses[name] = status
            self.kills += killed
            if mistake:
                self.mistakes.append(f"{name}: {mistake}")

    @property
    def count(self) -> Counter[int]:
        """How often each status was answered."""
        return Counter(self.statuses.values())


def run(address: tuple[str, int], is_over: Callable[[int], bool], seed: int) -> Outcome:
    """Call the reference function `exit` until `is_over(KILLS)`; the outcome depends on `seed`.

    Half of the connections close after each answer, the others are kept as long as they last.
    """
    outcome = Outcome()
    clients = [_Client(address, outcome, number, seed) for number in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as executor:
        for ended in [executor.submit(client.run, is_over) for client in clients]:
            ended.result()
    return outcome


class _Client:
    def __init__(self, address: tuple[str, int], outcome: Outcome, number: int, seed: int) -> None:
        self._address = address
        self._outcome = outcome
        self._number = number
        self._random = random.Random(f"{seed}-{number}")
        self._connection: Connection | None = None

    def run(self, is_over: Callable[[int], bool]) -> None:
        count = 0
        while not is_over(self._outcome.kills):
            self._request(f"{self._number}-{count}")
            count += 1
        if self._connection:
            self._connection.close()

    def _request(self, name: str) -> None:
        dice = self._random
        how = dice.choice(["kill", "exit"]) if dice.randrange(100) < KILLS_IN_100 else "return"
        text = f"{name}:" + dice.randrange(ECHO_BYTES) * "x"
        after = dice.choice([0, dice.uniform(0, LONGEST_CALL_SECONDS)])
        keep = self._number % 2 == 0
        headers = {"Content-Type": "application/json"} | ({} if keep else {"Connection": "close"})
        body = json.dumps({"how": how, "after": after, "text": text}).encode()
        connection = self._connection or Connection(self._address)
        try:
            answer = connection.exchange(message("POST", f"/{name}", headers, body))
            wrong = answer.status == 200 and (how != "return" or answer.body != text.encode())
            mistake = f"{answer}" if wrong or answer.status not in (200, 500) else ""
            is_last = not keep or answer.headers.get("connection", "").lower() == "close"
            rest = connection.close() if is_last else connection.waiting()
            mistake = mistake or (f"more than one answer: {rest!r}" if rest else "")
            self._outcome.add(name, answer.status, how != "return", mistake)
        except Exception as error:  # whatever went wrong, this request has no answer
            self._outcome.add(name, 0, how != "return", f"no answer: {error!r}")
            connection.close()
            is_last = True
        self._connection = None if is_last else connection


def until(kills: int | None, seconds: float) -> Callable[[int], bool]:
    """Return what says that a run is over: after so many kills, or else so many seconds and one."""
    end = time.monotonic() + seconds
    return lambda killed: killed >= (kills or 1) and (bool(kills) or time.monotonic() >= end)


def differences(outcome: Outcome, lines: Iterable[str]) -> list[str]:
    """Return how the JSON access log differs from what the clients have seen.

    A process may end so soon that nothing is known of its request: such a line has no target.
    """
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    logged = Counter((entry["path"].removeprefix("/"), entry["status"]) for entry in entries)
    unknown = logged.pop(("-", 500), 0)
    answered = Counter(outcome.statuses.items())
    missing, excess = answered - logged, logged - answered
    found = [f"logged too often: {name} {status}" for name, status in excess.elements()]
    if [status for _, status in missing.elements()] != [500] * unknown:
        found += [f"not logged: {name} {status}" for name, status in missing.elements()]
    return found
