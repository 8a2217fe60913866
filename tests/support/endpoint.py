"""The HTTP side of a running function: what a test sends requests with."""

from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import httpx

from tests.support import web
from tests.support.metrics import Metrics, parse
from tests.support.wait import wait_until


class Endpoint:
    """A runtime at an address; `exchanges` are the requests of the current test."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.exchanges: list[str] = []
        self._wires: list[web.Wire] = []

    def request(self, method: str, path: str = "/", **options: Any) -> httpx.Response:
        """Send one request on a connection of its own; `options` are those of httpx."""
        request = web.client().build_request(method, self._url(path), **options)
        try:
            response = web.client().send(request)
        except httpx.HTTPError as error:
            self.exchanges.append(web.describe(request, error))
            raise
        self.exchanges.append(web.describe(request, response))
        return response

    def get(self, path: str = "/", **options: Any) -> httpx.Response:
        """GET `path`."""
        return self.request("GET", path, **options)

    def post(self, content: bytes | str, content_type: str, **headers: str) -> httpx.Response:
        """POST `content`; an underscore in the name of a header stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request(
            "POST", content=content, headers={"content-type": content_type, **named}
        )

    def call(self, parameters: object = None) -> httpx.Response:
        """POST `parameters` as JSON, as the reference functions expect them."""
        return self.request("POST", json=parameters)

    def begin(self, parameters: object = None) -> "Future[httpx.Response]":
        """Start a call in the background."""
        return web.threads().submit(self.call, parameters)

    def together(self, count: int, parameters: object = None) -> list[httpx.Response]:
        """Make `count` calls at the same moment."""
        return web.together(count, lambda: self.call(parameters))

    def stream(self, parameters: object = None) -> Any:
        """Return a context manager with the answer of a call, to be read piece by piece."""
        return web.client().stream("POST", self._url("/"), json=parameters)

    def wire(self) -> web.Wire:
        """Return a new connection for bytes; it is closed at the end of the test at the latest."""
        self._wires.append(web.Wire((self.host, self.port)))
        return self._wires[-1]

    def end_test(self) -> None:
        """Forget what the last test did."""
        for wire in self._wires:
            wire.close()
        self._wires.clear()
        self.exchanges.clear()

    def metrics(self) -> Metrics:
        """Return what `/metrics` says now."""
        return parse(self.get("/metrics").text)

    def wait_for_calls(self, count: int = 1) -> None:
        """Wait until `count` calls are in flight."""
        wait_until(
            lambda: self.metrics().total("function_in_flight") >= count, 10, f"{count} in flight"
        )

    def health(self) -> int:
        """Return the status of `/healthz`, 0 when there is no answer."""
        if not self.host:  # the container has ended before it got an address
            return 0
        with suppress(httpx.HTTPError):
            return web.client().get(self._url("/healthz"), timeout=5).status_code
        return 0

    def _url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"
