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
        arguments, authorities = {"BASE": install}, buildx.default_authorities()
        file = f"--file={HERE / name / 'Dockerfile'}"
        command = buildx.of_folder(builder.buildx, context, tag, arguments, authorities, [file])
        processes.run(command, environment=builder.environment)
        return tag

    return build
