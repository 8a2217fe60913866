"""The shim's own tests, in the install image; those of the supervisor run when it is built."""

import pytest

from imagebuild.functions.phases import of_variant
from tests.support.runtime import Runtime


@pytest.mark.variant("distroless")
def test_shim(runtime: Runtime) -> None:
    """`go vet` and `go test` pass with the toolchain that compiles functions."""
    install = of_variant(runtime.image, "install").tag(runtime.tag.rpartition("/")[0])
    script = "cd /opt/shim && go vet -trimpath ./... && go test -trimpath -vet=off ./..."
    found = runtime.engine.run(install, ["sh", "-c", script], environment={"HOME": "/tmp"})
    assert found.exit_code == 0, found.stdout + found.stderr
