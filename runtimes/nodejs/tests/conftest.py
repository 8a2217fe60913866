"""Images that the tests of this language make from the image that installs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild import buildx, engine
from imagebuild.phases import of_variant
from imagebuild.process import Processes
from tests.support.runtime import Runtime

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def beside(runtime: Runtime) -> Callable[[str, Path], str]:
    """Return a function that builds `NAME/Dockerfile` in a context, and returns the tag."""

    def build(name: str, context: Path) -> str:
        prefix = runtime.tag.rpartition("/")[0]
        install = of_variant(runtime.image, "install").tag(prefix)
        tag = f"{prefix}/suite-nodejs-{name}:{runtime.image.version}"
        processes = Processes()
        builder = engine.connect(processes, HERE)
        options = [
            "build",
            "--builder=default",
            f"--build-arg=BASE={install}",
            f"--file={HERE / name / 'Dockerfile'}",
            f"--secret=id=ca-bundle,src={buildx.default_authorities()}",
            f"--tag={tag}",
        ]
        command = [*builder.buildx, *options, str(context)]
        processes.run(command, environment=builder.environment)
        return tag

    return build
