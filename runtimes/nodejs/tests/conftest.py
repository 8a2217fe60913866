"""Images that the tests of this language make from the image that installs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild import trust
from imagebuild.build import buildx_command
from imagebuild.engine import engine
from imagebuild.functions.phases import of_variant
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
        arguments, authorities = {"BASE": install}, trust.ca_bundle()
        file = f"--file={HERE / name / 'Dockerfile'}"
        command = buildx_command.of_folder(
            builder.buildx, context, tag, arguments, authorities, [file]
        )
        processes.run(command, environment=builder.environment)
        return tag

    return build
