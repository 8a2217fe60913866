"""The shim's own tests, with the version of Node that is tested."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.runtime import Runtime


@pytest.mark.variant("standard")
@pytest.mark.timeout(300)
def test_shim(runtime: Runtime, beside: Callable[[str, Path], str]) -> None:
    """Formatter, linter and node:test are content."""
    tag = beside("unit", Path(__file__).parent.parent)
    found = runtime.engine.run(tag, [])
    assert found.exit_code == 0, found.stdout + found.stderr
