"""The shim's own tests, with the toolchain of each version, because net/http changes with it."""

import pytest

from tests.support.runtime import Runtime
from tests.support.unit_tests import UnitTests


@pytest.mark.timeout(900)
@pytest.mark.variant("standard")
def test_shim(runtime: Runtime, unit_tests: UnitTests) -> None:
    """`gofmt`, `go vet` and `go test` with the race detector have nothing to say."""
    unit_tests(runtime.image.name)
