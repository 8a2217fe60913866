"""The shim's own tests, in a container that has their tools."""

import pytest

from tests.support.unit_tests import UnitTests


@pytest.mark.timeout(900)
def test_unit_tests(unit_tests: UnitTests) -> None:
    """Formatter and JUnit are content; the native methods run under the fake supervisor."""
    unit_tests("java")
