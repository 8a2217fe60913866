"""For tests: call an application without a server, or run the real one on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

from serverkit.wsgi import Environ


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers in their order, its body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of the first header of this name, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def call(
    app: Any,
    method: str = "GET",
    target: str = "/",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Reply:
    """Send one request to a WSGI application, as a server would, and return the answer."""
    path, _, query = target.partition("?")
    environ: Environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": target,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "test",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    started: list[tuple[str, list[tuple[str, str]]]] = []
    pieces = app(environ, lambda status, fields, *_: started.append((status, fields)))
    content = b"".join(pieces)
    status, fields = started[0]
    return Reply(int(status[:3]), list(fields), content)


@dataclass
class Served:
    """A running server. `output` and `errors` are the files its streams are written to."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path
    errors: Path

    def request(
        self,
        method: str = "GET",
        target: str = "/",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request on a connection of its own and return the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def post(self, text: str) -> Reply:
        """Send JSON."""
        return self.request("POST", "/", text, {"Content-Type": "application/json"})

    def wire(self) -> socket.socket:
        """Open a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


Serve = Callable[..., Served]


@contextmanager
def served(
    source: str, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """Run the server with a function whose source is given; it is ended afterwards."""
    (folder / "function.py").write_text(source, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {
        **os.environ,
        "MOD_NAME": "function",
        "FUNC_HANDLER": "handler",
        "KUBELESS_INSTALL_VOLUME": str(folder),
        "FUNC_PORT": str(port),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        **(settings or {}),
    }
    output, errors = folder / "stdout", folder / "stderr"
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "serverkit"], env=environ, stdout=out, stderr=err
        )
    server = Served(process, port, output, errors)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: Served) -> None:
    """Wait until the server listens, or has ended."""
    end = time.monotonic() + 20
    while server.process.poll() is None and time.monotonic() < end:
        try:
            if server.request("GET", "/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.02)
