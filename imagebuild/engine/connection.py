"""HTTP connections to an engine, by the kind of its address."""

import http.client
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from imagebuild.errors import EngineError


class _UnixConnection(http.client.HTTPConnection):
    """An HTTP connection through a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def connect(host: str, timeout: float) -> http.client.HTTPConnection:
    """Return a connection to the engine at `host` (`unix://...`, `tcp://...`), not yet made."""
    with suppress(ValueError):  # no number where the port should be, half an IPv6 address
        address = urlsplit(host)
        if address.scheme == "unix":
            return _UnixConnection(address.path, timeout)
        if address.scheme in ("tcp", "http") and address.hostname:
            port = address.port or 2375
            return http.client.HTTPConnection(address.hostname, port, timeout=timeout)
    raise EngineError(
        f"can't talk to the engine at `{host}`",
        "`unix://` and `tcp://` are supported; for another, forward its socket: "
        "`ssh -L /tmp/docker.sock:/var/run/docker.sock HOST`",
    )
