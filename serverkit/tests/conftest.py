"""What the tests share: settings, and servers that run a function given as source."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serverkit.settings import Settings
from serverkit.testing import Serve, Served, served


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose install volume is a temporary folder."""
    return Settings(module="function", handler="handler", install_volume=tmp_path)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server: `serve(SOURCE, FUNC_TIMEOUT="1")`."""
    with ExitStack() as stack:

        def start(source: str, **variables: str) -> Served:
            return stack.enter_context(served(source, tmp_path, variables))

        yield start
