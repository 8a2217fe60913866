"""The shim's own tests, with the version of PHP that is tested."""

import pytest

from tests.support.runtime import Runtime
from tests.support.unit_tests import UnitTests


@pytest.mark.variant("standard")
@pytest.mark.timeout(600)
def test_shim(runtime: Runtime, unit_tests: UnitTests) -> None:
    """The tests of the sources and of the extension pass, and so do syntax and style."""
    unit_tests(runtime.image.name)
