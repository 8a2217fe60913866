import io
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from unittest.mock import MagicMock

import docker.errors
import pytest

from imagebuild.errors import UsageError
from imagebuild.functions.phases import Function
from imagebuild.functions.runtime_container import Server
from imagebuild.output import Output


def function(**environment: str) -> Function:
    """Return a function with these settings."""
    return Function("hello", "handler", {}, environment)


def refused(message: str) -> Any:
    """Return a client whose engine creates a container, and refuses to start it."""
    client = MagicMock()
    container = client.containers.create.return_value
    container.start.side_effect = docker.errors.APIError("500 Server Error", explanation=message)
    return client


def server(client: Any, port: int = 0) -> Server:
    """Return the server under test."""
    output = Output(io.StringIO(), io.StringIO())
    return Server(client, "unix:///none", "p/esperanto:2.0", "volume", output, port)


@pytest.mark.parametrize(
    "message",
    [
        "listen tcp4 127.0.0.1:8099: bind: address already in use",
        "Bind for 127.0.0.1:8099 failed: port is already allocated",
    ],
)
def test_a_port_that_is_in_use_is_named(message: str) -> None:
    """By the option that changes it, whether a program or a container has it."""
    with pytest.raises(UsageError, match="the port `8099` of `127.0.0.1` is in use") as caught:
        server(refused(message), 8099).start(function())
    assert "--port" in caught.value.hint


def test_a_container_that_did_not_start_is_removed() -> None:
    """Nothing followed its log, so there is nothing to wait for."""
    client = refused("no such device")
    started = server(client)
    with pytest.raises(docker.errors.APIError):
        started.start(function())
    started.stop()
    client.containers.create.return_value.remove.assert_called_once_with(force=True, v=True)


class Healthy(BaseHTTPRequestHandler):
    """Stands for a runtime."""

    def do_GET(self) -> None:
        """Answer the probe."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("environment", "inside"),
    [({}, "8080/tcp"), ({"FUNC_PORT": "9000"}, "9000/tcp"), ({"FUNC_PORT": "0"}, "8080/tcp")],
)
def test_the_port_of_the_settings_is_the_one_that_is_opened(
    environment: dict[str, str], inside: str
) -> None:
    """Of one that is no port the runtime itself tells."""
    client = MagicMock()
    with HTTPServer(("127.0.0.1", 0), Healthy) as runtime:
        Thread(target=runtime.serve_forever, args=(0.01,), daemon=True).start()
        client.containers.create.return_value.ports = {inside: [{"HostPort": runtime.server_port}]}
        url = server(client).start(function(**environment))
        runtime.shutdown()
    assert url == f"http://127.0.0.1:{runtime.server_port}/"
    assert list(client.containers.create.call_args.kwargs["ports"]) == [inside]
