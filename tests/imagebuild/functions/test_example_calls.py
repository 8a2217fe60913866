import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from imagebuild.functions.example_calls import Received, send
from imagebuild.functions.examples import Answer, Request

RECEIVED = Received(201, {"location": "/a"}, '{"a": 1}')


@pytest.mark.parametrize(
    "expected",
    [
        {"status": 201},
        {"status": 201, "headers": {"Location": "/a"}, "json_body": {"a": 1}},
        {"status": 201, "body": '{"a": 1}'},
        {"status": 201, "contains": '"a"'},
    ],
)
def test_what_is_expected_makes_no_difference(expected: dict[str, object]) -> None:
    """Names of headers are compared without regard to case, JSON by value."""
    assert RECEIVED.differences(Answer.model_validate(expected)) == []


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ({}, "status `201` instead of `200`"),
        ({"status": 201, "headers": {"location": "/b"}}, "location `/a` instead of `/b`"),
        ({"status": 201, "body": "x"}, 'body `{"a": 1}` instead of `x`'),
        ({"status": 201, "contains": "x"}, 'body `{"a": 1}` without `x`'),
        ({"status": 201, "json_body": [2]}, 'body `{"a": 1}` instead of `[2]`'),
    ],
)
def test_each_difference_is_a_sentence(expected: dict[str, object], difference: str) -> None:
    """The sentence holds what came and what was expected."""
    assert RECEIVED.differences(Answer.model_validate(expected)) == [difference]


def test_a_body_that_is_not_json_differs_from_a_value() -> None:
    """It is reported, not raised."""
    assert Received(200, {}, "<html>").differences(Answer(json_body=1))


class Echo(BaseHTTPRequestHandler):
    """A server for these tests."""

    def do_POST(self) -> None:
        """Answer with what was asked."""
        body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
        answer = json.dumps([self.path, self.headers["content-type"], body]).encode()
        self.send_response(202)
        self.send_header("X-Case", "Kept")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Write nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Return the address of a running `Echo`."""
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_sends_a_request_and_returns_the_answer(url: str) -> None:
    """A JSON body has its type; path and query are kept."""
    received = send(url, Request(path="/a?b=c", json_body={"x": 1}))
    assert (received.status, received.headers["x-case"]) == (202, "Kept")
    assert json.loads(received.text) == ["/a?b=c", "application/json", '{"x":1}']
