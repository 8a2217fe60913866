"""Chapter CUSTOM of SPEC.md: images that have nothing of this repository."""

import pytest

from tests.support.server import Server
from tests.support.sidecar import Tools

IMAGE = pytest.mark.function("hello", shared=True, empty=True, user="1000")
"""Nothing is put into it: what it serves is its own."""


@pytest.mark.clause("CUSTOM-1")
@IMAGE
def test_answer(server: Server) -> None:
    """It serves on the port that Kubeless asks."""
    response = server.get()
    assert response.status_code == 200
    assert response.content


@pytest.mark.clause("CUSTOM-2")
@IMAGE
def test_health(server: Server) -> None:
    """It is alive."""
    assert server.health() == 200


@pytest.mark.clause("CUSTOM-3")
@IMAGE
def test_user(server: Server, tools: Tools) -> None:
    """Nothing in it runs as another user."""
    assert {process.user for process in tools.processes(server).all} == {1000}
