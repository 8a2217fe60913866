import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from imagebuild import trust
from imagebuild.catalog import catalog, selection
from imagebuild.engine import engine
from imagebuild.functions import containers, demo, deployment, examples
from imagebuild.functions.example_calls import send
from imagebuild.functions.examples import Example
from imagebuild.output import Output
from imagebuild.process import Processes

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")
EXAMPLES = [
    pytest.param(language, example, id=f"{language}-{example.name}")
    for language in CATALOG.languages
    for example in examples.load(ROOT / "examples" / language)
]


@pytest.fixture(scope="module")
def host() -> str:
    """The address of the engine."""
    return engine.connect(Processes(), ROOT).host


@pytest.fixture(scope="module")
def client(host: str) -> Iterator[DockerClient]:
    """The engine."""
    connected = containers.connect(host)
    yield connected
    connected.close()


@pytest.mark.parametrize(("language", "example"), EXAMPLES)
def test_example_answers_as_its_list_says(
    language: str, example: Example, host: str, client: DockerClient
) -> None:
    """Each function of examples/ runs in the default image of its language, as `demo` shows it."""
    image = selection.runtime_of(CATALOG, language, None)
    authorities = trust.ca_bundle().read_bytes()
    function = demo.as_function(ROOT / "examples" / language, image, example, authorities)
    output = Output(sys.stdout, sys.stderr)
    with deployment.deployed(
        client, host, image, function, prefix=CATALOG.prefix, output=output
    ) as url:
        for call in example.calls:
            assert not send(url, call.request).differences(call.answer), call.request
