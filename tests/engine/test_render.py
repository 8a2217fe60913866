"""What `render` writes, in the hands of those who read it: kubectl, kustomize, Kubeless' code."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from docker import DockerClient
from ruamel.yaml import YAML

from imagebuild import trust
from imagebuild.build import buildx_command
from imagebuild.catalog import catalog, selection
from imagebuild.engine import engine
from imagebuild.engine.engine import Engine
from imagebuild.functions import containers, examples
from imagebuild.functions.example_calls import send
from imagebuild.functions.examples import Example
from imagebuild.process import Processes
from imagebuild.release.lock import Entry, Lock
from imagebuild.render import function, kubeless, kustomize, manifests
from imagebuild.render.pins import Pins
from tests.support import pod

ROOT = Path(__file__).parent.parent.parent
SUPPORT = ROOT / "tests" / "support"
CATALOG = catalog.load(ROOT / "images.yaml")
IMAGE = selection.runtime_of(CATALOG, "", Path("any.py"))
INSTALL = f"{CATALOG.prefix}/{IMAGE.language}:{IMAGE.version}-install"
KUBERNETES = kubernetes_validate.latest_version()
SECONDS = 600

pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture(scope="module")
def used() -> Engine:
    """The engine."""
    return engine.connect(Processes(), ROOT)


@pytest.fixture(scope="module")
def client(used: Engine) -> Iterator[DockerClient]:
    """Its API."""
    connected = containers.connect(used.host)
    yield connected
    connected.close()


@pytest.fixture(scope="module")
def pins(client: DockerClient) -> Pins:
    """All images of the catalog, by the digests that the engine has."""
    present = {tag: str(image.id) for image in client.images.list() for tag in image.tags}
    entries = [
        Entry(
            image.name,
            f"{CATALOG.prefix}/{image.language}",
            f"{image.version}{image.suffix}",
            present.get(image.tag(CATALOG.prefix), f"sha256:{'0' * 64}"),
        )
        for image in CATALOG.images()
    ]
    return Pins(Lock(prefix=CATALOG.prefix).with_entries(entries))


@pytest.fixture(scope="module")
def example() -> Example:
    """A function without dependencies, so that no package index is needed."""
    listed = examples.load(ROOT / "examples" / IMAGE.language)
    return next(each for each in listed if not each.dependencies)


def built(used: Engine, name: str, base: str) -> str:
    """Build the folder `name` of tests/support on the image `base`; return its tag."""
    tag = f"{CATALOG.prefix}/tests-{name}"
    trusted = trust.ca_bundle()
    command = buildx_command.of_folder(
        used.buildx, SUPPORT / name, tag, {"BASE": base}, trusted, []
    )
    Processes().run(command, environment=used.environment)
    return tag


def answers(client: DockerClient, spec: Mapping[str, Any], files: Any, example: Example) -> None:
    """Run the pod `spec` and make the calls of `example`."""
    with pod.running(client, spec, files, INSTALL) as url:
        for call in example.calls:
            assert not send(url, call.request).differences(call.answer), call.request


def test_an_example_runs_from_the_manifests_alone(
    client: DockerClient, pins: Pins, example: Example
) -> None:
    """Init containers and runtime as they are written, with all their restrictions."""
    file = ROOT / "examples" / IMAGE.language / example.file
    image = selection.runtime_of(CATALOG, f"{IMAGE.language}-{IMAGE.version}-distroless", None)
    read = function.read(image, file, example.handler, None, example.environment)
    text = manifests.manifests(read, pins)
    objects = {each["kind"]: each for each in YAML(typ="safe", pure=True).load_all(text)}
    spec = objects["Deployment"]["spec"]["template"]["spec"]
    answers(client, spec, objects["ConfigMap"]["data"], example)


def test_kustomize_pins_the_example_of_the_documentation(
    used: Engine, client: DockerClient, pins: Pins
) -> None:
    """Both kubectl and kustomize put the lock's digests into docs/kubernetes.yaml."""
    tag = built(used, "kubernetes", f"{CATALOG.prefix}/base:trixie")
    mirror = Pins(pins.lock, "mirror.example.com/team")
    files = {
        "a/application/deployment.yaml": (ROOT / "docs" / "kubernetes.yaml").read_text(),
        "a/application/kustomization.yaml": (
            "resources: [deployment.yaml]\ncomponents: [../pins]\n"
        ),
        "a/pins/kustomization.yaml": kustomize.component(CATALOG, mirror),
    }
    archive = containers.archive({name: text.encode() for name, text in files.items()})
    commands = ("kustomize build /a/application", "kubectl kustomize /a/application")
    for command in commands:
        with containers.created(client, tag, command=command) as container:
            container.put_archive("/", archive)
            container.start()
            container.wait()
            output = container.logs().decode()
        images = {line.split()[-1] for line in output.splitlines() if " image: " in line}
        by_name = {image.name: image for image in CATALOG.images()}
        wanted = ("python-3.13-install", "python-3.13-distroless")
        assert images == {mirror.reference(by_name[name]) for name in wanted}, output


@pytest.fixture(scope="module")
def ids(pins: Pins) -> list[str]:
    """The names by which Kubeless' users choose our runtimes."""
    entries = kubeless.entries(CATALOG, pins)
    return [entry["ID"] + version["version"] for entry in entries for version in entry["versions"]]


@pytest.fixture(scope="module")
def created(
    used: Engine, client: DockerClient, pins: Pins, ids: list[str], example: Example
) -> dict[str, Any]:
    """What Kubeless would create for a function of each of our runtimes, by runtime."""
    tag = built(used, "kubeless", f"{CATALOG.prefix}/go:{CATALOG.languages['go'].default}-install")
    document = YAML(typ="safe", pure=True).load(kubeless.patch(CATALOG, pins))
    text = (ROOT / "examples" / IMAGE.language / example.file).read_text()
    handler = f"{Path(example.file).stem}.{example.handler}"
    asked = {
        "runtimeImages": document["data"]["runtime-images"],
        "functions": [
            {"runtime": name, "handler": handler, "function": text, "function-content-type": "text"}
            for name in ids
        ],
    }
    command = [*used.docker, "run", "--rm", "--interactive", tag]
    ended = subprocess.run(
        command,
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=True,
        env={**os.environ, **used.environment},
    )
    return dict(zip(ids, json.loads(ended.stdout), strict=True))


def test_kubeless_resolves_all_our_runtimes(created: dict[str, Any], pins: Pins) -> None:
    """Its Deployments are valid, and run our images by digest."""
    known = {pins.reference(image) for image in CATALOG.images()}
    for answer in created.values():
        deployment = {"apiVersion": "apps/v1", "kind": "Deployment", **answer["deployment"]}
        kubernetes_validate.validate(deployment, KUBERNETES, strict=True)
        spec = deployment["spec"]["template"]["spec"]
        (runtime,) = spec["containers"]
        assert runtime["image"] in known
        assert runtime["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": 8080}
        assert all(each["image"] in known for each in spec["initContainers"][1:])


def test_a_function_runs_in_the_pod_that_kubeless_creates(
    client: DockerClient, created: dict[str, Any], example: Example
) -> None:
    """Kubeless' own preparing image is the only part that is replaced."""
    answer = created[f"{IMAGE.language}{IMAGE.version}"]
    spec = answer["deployment"]["spec"]["template"]["spec"]
    prepare = spec["initContainers"][0]
    assert prepare["image"] == "kubeless/unzip"
    prepare["image"] = INSTALL
    (runtime,) = spec["containers"]
    runtime["env"] += [{"name": n, "value": v} for n, v in example.environment.items()]
    answers(client, spec, answer["files"], example)
