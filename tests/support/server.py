"""A running function: what a contract test sends requests to."""

import datetime
import socket
import time
from contextlib import suppress

import requests.exceptions
from docker.models.containers import Container

from tests.support import containers
from tests.support.endpoint import Endpoint
from tests.support.scratch import File
from tests.support.wait import wait_until

START_SECONDS = 60.0


class StartError(AssertionError):
    """A container ended, or never got healthy, though the test needs it running."""


def _moment(text: str) -> datetime.datetime:
    # the engine writes nanoseconds, which fromisoformat doesn't read
    return datetime.datetime.fromisoformat(text[:26].rstrip("Z"))


class Server(Endpoint):
    """A runtime container with a function in it, started with this object."""

    def __init__(
        self, container: Container, engine: containers.Engine, port: int, termination_log: File
    ) -> None:
        self.container = container
        self.engine = engine
        self.beside: Container | None = None
        """A container with tools in the same namespaces, removed with this one."""
        self.listening_after = 0.0
        self._termination_log = termination_log
        self._started = time.monotonic()
        container.start()
        container.reload()
        networks = container.attrs["NetworkSettings"]["Networks"]
        super().__init__(next(iter(networks.values()))["IPAddress"], port)

    @property
    def stdout(self) -> str:
        """All that the container has written to stdout."""
        return containers.output(self.container, "stdout")

    @property
    def stderr(self) -> str:
        """All that the container has written to stderr."""
        return containers.output(self.container, "stderr")

    def access_log(self, mark: str) -> list[str]:
        """Return the lines of stdout that hold `mark`, at least one: waits for it."""
        return wait_until(
            lambda: [line for line in self.stdout.splitlines() if mark in line],
            10,
            f"log of {mark}",
        )

    @property
    def termination_log(self) -> str:
        """What the container has written to `/dev/termination-log`."""
        return self._termination_log.text

    def file(self, path: str) -> bytes:
        """Return the content of a file in the container, empty where there is none."""
        return containers.read(self.container, path)

    def signal(self, name: str = "SIGTERM") -> None:
        """Send a signal to process 1."""
        self.container.kill(name)

    def exit_code(self, within: float = 30.0) -> int:
        """Wait for the end of process 1 and return its exit code."""
        try:
            return int(self.container.wait(timeout=within)["StatusCode"])
        except requests.exceptions.RequestException as error:
            raise AssertionError(f"still running after {within} s") from error

    def wait_healthy(self) -> None:
        """Wait until `/healthz` answers 200. Raises StartError when the container ends instead."""
        wait_until(lambda: self._listens() or not self.is_running(), START_SECONDS, "a listener")
        self.listening_after = time.monotonic() - self._started
        wait_until(lambda: self.health() == 200 or not self.is_running(), START_SECONDS, "health")
        if not self.is_running():
            raise StartError(f"the container has ended:\n{self.stderr}")

    def health_until_exit(self, within: float) -> frozenset[int]:
        """Wait for the end of the container; return the statuses that `/healthz` had till then."""
        seen = set()
        deadline = time.monotonic() + within
        while self.is_running() and time.monotonic() < deadline:
            seen.add(self.health())
            time.sleep(0.03)
        return frozenset(seen)

    def seconds_to_exit(self) -> float:
        """Send SIGTERM, by this machine's clock, and return how long process 1 goes on."""
        sent = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        self.signal()
        self.exit_code()
        self.container.reload()
        return (_moment(self.container.attrs["State"]["FinishedAt"]) - sent).total_seconds()

    def seconds_to_first_answer(self) -> float:
        """Make the first call and return the time since the container's start until its answer."""
        assert self.call().is_success
        answered = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        return (answered - _moment(self.container.attrs["State"]["StartedAt"])).total_seconds()

    def is_running(self) -> bool:
        """Whether process 1 lives."""
        self.container.reload()
        return bool(self.container.attrs["State"]["Running"])

    @property
    def seconds_alive(self) -> float:
        """How long the container ran, by the engine's clock."""
        state = self.container.attrs["State"]
        return (_moment(state["FinishedAt"]) - _moment(state["StartedAt"])).total_seconds()

    def remove(self) -> None:
        """Kill and remove the container."""
        containers.remove(self.container)
        if self.beside:
            containers.remove(self.beside)

    def _listens(self) -> bool:
        if not self.host:  # it has ended before it got an address
            return False
        with suppress(OSError):
            socket.create_connection((self.host, self.port), 1).close()
            return True
        return False
