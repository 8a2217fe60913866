"""The bare framework: Bottle on cheroot with the access log and the metrics that our images have.

It calls the function in the server's own thread. `FUNCTION` names it: `hello` or `sleep`.
"""

import os
import sys
import time
from collections.abc import Callable
from logging import StreamHandler

import bottle
import cheroot.wsgi
import prometheus_client
import requestlogger

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def hello() -> str:
    """Answer at once."""
    return "hello world"


def sleep() -> str:
    """Wait as long as the request says."""
    time.sleep(bottle.request.json["seconds"])
    return "slept"


def create_app(function: Callable[[], str]) -> bottle.Bottle:
    """Return the application: `function` on every path, beside health and metrics."""
    app = bottle.Bottle()
    duration = prometheus_client.Histogram(
        "function_duration_seconds", "Duration", ["method"], buckets=BUCKETS
    )
    calls = prometheus_client.Counter("function_calls_total", "Calls", ["method"])
    failures = prometheus_client.Counter("function_failures_total", "Failures", ["method"])
    in_flight = prometheus_client.Gauge("function_in_flight", "Calls in flight")

    def healthz() -> str:
        return "OK"

    def metrics() -> bytes:
        bottle.response.content_type = prometheus_client.CONTENT_TYPE_LATEST
        return prometheus_client.generate_latest()

    def call() -> str:
        method = bottle.request.method
        calls.labels(method).inc()
        with in_flight.track_inprogress(), duration.labels(method).time():
            with failures.labels(method).count_exceptions():
                return function()

    app.get("/healthz", callback=healthz)
    app.get("/metrics", callback=metrics)
    app.route("/<:re:.*>", method=METHODS, callback=call)
    return app


def main() -> None:
    """Serve the function until the end of the process."""
    app = create_app({"hello": hello, "sleep": sleep}[os.environ["FUNCTION"]])
    logged = requestlogger.WSGILogger(
        app, [StreamHandler(sys.stdout)], requestlogger.ApacheFormatter()
    )
    server = cheroot.wsgi.Server(("0.0.0.0", 8080), logged, numthreads=16)  # noqa: S104
    server.safe_start()


if __name__ == "__main__":
    main()
