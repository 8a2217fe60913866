"""`build.py demo`: builds a runtime, and calls the examples of its language over HTTP.

Everything is real: the images are built, dependencies are installed in the phases, each function
runs in a container and is asked what `examples/LANGUAGE/examples.toml` says.
"""

import json
import sys
from pathlib import Path

from imagebuild.build import build, buildx_command
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import engine as engines
from imagebuild.errors import TestsFailedError
from imagebuild.functions import containers, deployment, example_calls, examples, phases
from imagebuild.functions.examples import Call, Example
from imagebuild.functions.run import Source, read
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes


def run(
    catalog: Catalog, image: Image, *, prefix: str, jobs: int, ca_bundle: Path | None = None
) -> None:
    """Build `image`, run all examples of its language in it, show requests and answers.

    Raises TestsFailedError when an answer is not the expected one.
    """
    folder = catalog.root / "examples" / image.language
    listed = examples.load(folder)
    authorities = (ca_bundle or buildx_command.default_authorities()).read_bytes()
    wanted = deployment.images(image)
    steps = build.plan_steps(catalog, wanted, prefix=prefix)
    build.build(catalog, steps, prefix=prefix, jobs=jobs, ca_bundle=ca_bundle)
    host = engines.connect(Processes(), catalog.root).host
    client = containers.connect(host)
    wrong: list[str] = []
    try:
        with interruptible():
            for example in listed:
                _say(f"\n=== {folder.relative_to(catalog.root)}/{example.file}: {example.title}")
                function = as_function(folder, image, example, authorities)
                with deployment.deployed(client, host, image, function, prefix=prefix) as url:
                    for call in example.calls:
                        wrong += [f"{example.file}: {text}" for text in _call(url, call)]
    finally:
        client.close()
    if wrong:
        raise TestsFailedError("the examples did not answer as expected:\n" + "\n".join(wrong))
    _say(f"\n{len(listed)} functions answered as expected in {image.tag(prefix)}")


def as_function(
    folder: Path, image: Image, example: Example, authorities: bytes | None
) -> phases.Function:
    """Return an example of `folder` as it is deployed."""
    manifest = folder / example.dependencies if example.dependencies else None
    source = Source(folder / example.file, example.handler, manifest)
    return read(image, source, example.environment, authorities)


def _call(url: str, call: Call) -> list[str]:
    request = call.request
    value = request.body if request.json_body is None else request.json_body
    body = "" if value is None else json.dumps(value)
    _say(f"> {request.method} {request.path} {body}".rstrip())
    received = example_calls.send(url, request)
    for name in call.answer.headers:
        _say(f"< {name}: {received.headers.get(name.lower())}")
    _say(f"< {received.status} {received.text.rstrip()}")
    return received.differences(call.answer)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
