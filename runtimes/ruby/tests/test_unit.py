"""The worker's own tests, with the version of Ruby that is tested."""

import pytest

from tests.support.runtime import Runtime
from tests.support.unit_tests import UnitTests


@pytest.mark.variant("standard")
@pytest.mark.timeout(600)
def test_worker(runtime: Runtime, unit_tests: UnitTests) -> None:
    """The tests of the sources and of the binding pass, and so does the linter."""
    unit_tests(runtime.image.name)
