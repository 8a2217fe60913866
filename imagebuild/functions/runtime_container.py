"""The runtime container of `run` and `demo`: started, waited for, its log followed, stopped."""

import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from imagebuild.errors import BuildError, UsageError
from imagebuild.functions import containers, phases
from imagebuild.output import Output

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

PORT = 8080
LAST_PORT = 65535
START_SECONDS = 60.0
STOP_SECONDS = 3

TAKEN = ("address already in use", "port is already allocated")
"""What engines say of a port that another program, or another container, has."""


class Server:
    """At most one running container of the runtime `tag`, with the function in `volume`."""

    def __init__(
        self,
        client: "DockerClient",
        host: str,
        tag: str,
        volume: str,
        output: Output,
        port: int = 0,
    ) -> None:
        self._output = output
        self._client = client
        self._host = urlsplit(host).hostname or "127.0.0.1"
        self._tag = tag
        self._volume = volume
        self._port = port
        self._container: Container | None = None
        self._follower: threading.Thread | None = None

    def start(self, function: phases.Function) -> str:
        """Start the runtime, wait until it is healthy, and return its URL.

        The port stays the same from one start to the next. Raises BuildError when the runtime
        ends, or isn't healthy in time (its log has been shown then), UsageError when the port is
        not free.
        """
        inside = f"{_port_inside(function)}/tcp"
        container = self._client.containers.create(
            self._tag,
            environment=self._environment(function),
            labels=containers.temporary(),
            ports={inside: (self._address(), self._port)},
            volumes={self._volume: {"bind": phases.MOUNT, "mode": "rw"}},
        )
        self._container = container
        stream = container.attach(stream=True, logs=True, stdout=True, stderr=True)
        self._begin(container)
        self._follower = threading.Thread(target=self._follow, args=(stream,), daemon=True)
        self._follower.start()
        container.reload()
        for binding in container.ports.get(inside) or ():  # none when it has ended already
            self._port = int(binding["HostPort"])
        self._wait(container)
        return f"http://{self._host}:{self._port}/"

    def stop(self) -> None:
        """Stop the container, if there is one, and remove it."""
        from docker.errors import NotFound

        container, self._container = self._container, None
        if container is None:
            return
        with suppress(NotFound):
            container.stop(timeout=STOP_SECONDS)
            container.remove(force=True, v=True)
        follower, self._follower = self._follower, None
        if follower:
            follower.join(STOP_SECONDS)

    def _follow(self, stream: Any) -> None:
        """Show the container's log as it comes, until it ends."""
        # The SDK's own `close` leaves the socket open as long as its response is.
        with suppress(OSError, HTTPException), closing(stream._response), closing(stream):
            for chunk in stream:
                self._output.follow(chunk.decode(errors="replace"))

    def _begin(self, container: "Container") -> None:
        from docker.errors import APIError

        try:
            container.start()
        except APIError as error:
            if not any(words in str(error) for words in TAKEN):
                raise
            raise UsageError(
                f"the port `{self._port}` of `{self._host}` is in use",
                "choose another one with --port; without it, a free one is taken",
            ) from error

    def _environment(self, function: phases.Function) -> dict[str, str]:
        names = {"MOD_NAME": function.module, "FUNC_HANDLER": function.handler}
        return {**names, "KUBELESS_INSTALL_VOLUME": phases.MOUNT, **function.environment}

    def _address(self) -> str:
        """Return where the port is opened: on this machine for nobody else."""
        return "127.0.0.1" if self._host == "127.0.0.1" else "0.0.0.0"  # noqa: S104 - engine elsewhere

    def _wait(self, container: "Container") -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if _healthy(self._host, self._port):
                return
            container.reload()
            if container.status != "running":
                code = container.attrs["State"]["ExitCode"]
                raise BuildError(f"the runtime ended with {code}", "its log says why")
            time.sleep(0.05)
        raise BuildError(f"the runtime is not healthy after {START_SECONDS:.0f} s")


def _port_inside(function: phases.Function) -> int:
    """Return the port on which the runtime will listen; it complains of a bad one by itself."""
    value = function.environment.get("FUNC_PORT", "")
    return int(value) if value.isdecimal() and 0 < int(value) <= LAST_PORT else PORT


def _healthy(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
