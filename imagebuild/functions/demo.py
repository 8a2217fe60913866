"""`build.py demo`: builds a runtime, and calls the examples of its language over HTTP.

Everything is real: the images are built, dependencies are installed in the phases, each function
runs in a container and is asked what `examples/LANGUAGE/examples.toml` says.
"""

import json
from collections.abc import Callable
from pathlib import Path

from imagebuild.build import build
from imagebuild.catalog.catalog import Image
from imagebuild.engine import engine as engines
from imagebuild.errors import TestsFailedError
from imagebuild.functions import containers, deployment, example_calls, examples, phases
from imagebuild.functions.examples import Call, Example
from imagebuild.functions.run import Source, read
from imagebuild.interrupts import interruptible
from imagebuild.process import Processes
from imagebuild.workspace import Workspace


def run(workspace: Workspace, image: Image) -> None:
    """Build `image`, run all examples of its language in it, show requests and answers.

    Raises TestsFailedError when an answer is not the expected one.
    """
    say = workspace.output.result
    folder = workspace.root / "examples" / image.language
    listed = examples.load(folder)
    authorities = workspace.authorities.read_bytes()
    build.build(workspace, build.plan_steps(workspace, deployment.images(image)))
    host = engines.connect(Processes(), workspace.root).host
    client = containers.connect(host)
    wrong: list[str] = []
    try:
        with interruptible():
            for example in listed:
                say(f"\n=== {folder.relative_to(workspace.root)}/{example.file}: {example.title}")
                function = as_function(folder, image, example, authorities)
                with deployment.deployed(
                    client,
                    host,
                    image,
                    function,
                    prefix=workspace.prefix,
                    output=workspace.output,
                ) as url:
                    for call in example.calls:
                        wrong += [f"{example.file}: {text}" for text in _call(url, call, say)]
    finally:
        client.close()
    if wrong:
        raise TestsFailedError("the examples did not answer as expected:\n" + "\n".join(wrong))
    tag = image.tag(workspace.prefix)
    say(f"\n{len(listed)} functions answered as expected in {tag}")


def as_function(
    folder: Path, image: Image, example: Example, authorities: bytes | None
) -> phases.Function:
    """Return an example of `folder` as it is deployed."""
    manifest = folder / example.dependencies if example.dependencies else None
    source = Source(folder / example.file, example.handler, manifest)
    return read(image, source, example.environment, authorities)


def _call(url: str, call: Call, say: Callable[[str], None]) -> list[str]:
    request = call.request
    value = request.body if request.json_body is None else request.json_body
    body = "" if value is None else json.dumps(value)
    say(f"> {request.method} {request.path} {body}".rstrip())
    received = example_calls.send(url, request)
    for name in call.answer.headers:
        say(f"< {name}: {received.headers.get(name.lower())}")
    say(f"< {received.status} {received.text.rstrip()}")
    return received.differences(call.answer)
