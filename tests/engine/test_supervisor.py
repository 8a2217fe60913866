"""The supervisor and the worker library, where their toolchains are: in a container."""

import pytest

from tests.support.unit_tests import UnitTests


@pytest.mark.timeout(900)
def test_unit_tests(unit_tests: UnitTests) -> None:
    """Formatter, vet and all unit tests pass, with the race detector and sanitizers."""
    unit_tests("supervisor")
