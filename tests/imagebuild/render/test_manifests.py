"""Manifests of a function, held to the schemas of Kubernetes."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import UsageError
from imagebuild.render import function, knative, kustomize, manifests, yaml_text
from imagebuild.render.function import Function
from imagebuild.render.pins import Pins

VERSIONS = ["1.28", "1.32", kubernetes_validate.latest_version()]


def loaded(text: str) -> list[Any]:
    """Return the documents in `text`."""
    return list(YAML(typ="safe", pure=True).load_all(text))


@pytest.fixture
def image(catalog: Catalog) -> Image:
    """Return the distroless image of version 2.0."""
    return next(each for each in catalog.images() if each.name == "esperanto-2.0-distroless")


@pytest.fixture
def greet(image: Image, tmp_path: Path) -> Function:
    """Return a function with dependencies and settings."""
    (tmp_path / "Greet_All.eo").write_text("saluton\n")
    (tmp_path / "needs").write_text("vorto==1\n")
    settings = {"FUNC_TIMEOUT": "2.5", "FUNC_CONCURRENCY": "7", "FUNC_PORT": "9000"}
    file, needs = tmp_path / "Greet_All.eo", tmp_path / "needs"
    return function.read(image, file, "greet", needs, settings)


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_valid(greet: Function, pins: Pins, version: str) -> None:
    """Strictly: a field that Kubernetes doesn't know would be dropped without a word."""
    documents = loaded(manifests.manifests(greet, pins))
    assert [each["kind"] for each in documents] == [
        "ConfigMap",
        "Deployment",
        "Service",
        "HorizontalPodAutoscaler",
    ]
    for each in documents:
        assert each["metadata"]["name"] == "greet-all"
        kubernetes_validate.validate(each, version, strict=True)


def test_the_pod(greet: Function, pins: Pins, image: Image) -> None:
    """Images by digest, phases in order, settings, probes, a grace above the drain's."""
    deployment = loaded(manifests.manifests(greet, pins))[1]
    assert "replicas" not in deployment["spec"]
    pod = deployment["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["initContainers"]] == ["copy", "installation"]
    (runtime,) = pod["containers"]
    assert runtime["image"] == pins.reference(image)
    values = {each["name"]: each["value"] for each in runtime["env"]}
    assert values == {"MOD_NAME": "Greet_All", "FUNC_HANDLER": "greet", **greet.settings}
    assert runtime["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert runtime["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert runtime["ports"] == [{"name": "http", "containerPort": 9000}]
    assert pod["terminationGracePeriodSeconds"] == 13
    for each in (*pod["initContainers"], runtime):
        assert "@sha256:" in each["image"]
        assert each["securityContext"]["readOnlyRootFilesystem"] is True


def test_a_changed_source_replaces_the_pods(greet: Function, pins: Pins) -> None:
    """Kubernetes doesn't do so when only a ConfigMap changes; nothing else differs."""
    first = manifests.deployment(greet, pins)
    changed = Function(greet.name, greet.image, greet.module, greet.handler, {"a.eo": "b"})
    second = manifests.deployment(changed, pins)
    annotations = [each["spec"]["template"]["metadata"]["annotations"] for each in (first, second)]
    assert annotations[0]["function-runtimes/source"] != annotations[1]["function-runtimes/source"]


def test_applying_twice_changes_nothing(greet: Function, pins: Pins) -> None:
    """The same function gives the same text."""
    assert manifests.manifests(greet, pins) == manifests.manifests(greet, pins)


def test_knative(greet: Function, pins: Pins) -> None:
    """It admits what the runtime does, and waits longer than a call may take."""
    config_map, service = loaded(knative.service(greet, pins))
    assert (service["apiVersion"], service["kind"]) == ("serving.knative.dev/v1", "Service")
    assert config_map["data"] == greet.files
    spec = service["spec"]["template"]["spec"]
    assert (spec["containerConcurrency"], spec["timeoutSeconds"]) == (7, 8)
    (runtime,) = spec["containers"]
    assert "PORT" not in {each["name"] for each in runtime["env"]}
    pod = {name: spec[name] for name in ("initContainers", "containers", "volumes")}
    document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": pod}
    kubernetes_validate.validate(document, VERSIONS[-1], strict=True)


def test_kustomize_pins_each_image_by_its_tag(catalog: Catalog, pins: Pins) -> None:
    """Variants share a repository."""
    (component,) = loaded(kustomize.component(catalog, pins))
    assert component["kind"] == "Component"
    names = [image["name"] for image in component["images"]]
    assert names == [f"prefix/esperanto:2.0{end}" for end in ("-install", "", "-distroless")]
    for image in component["images"]:
        assert image["newName"] == "registry.example.com/team/esperanto"
        assert image["newTag"].startswith("2.0.5.20261130")
        assert "@sha256:" in image["newTag"]


@pytest.mark.parametrize("name", ["greet.py", "1.eo", "_.eo"])
def test_files_that_make_no_function(image: Image, tmp_path: Path, name: str) -> None:
    """Of another language, or without a name that a Service can have."""
    (tmp_path / name).write_text("saluton")
    with pytest.raises(UsageError):
        function.read(image, tmp_path / name, "greet", None, {})


def test_a_file_that_is_no_text(image: Image, tmp_path: Path) -> None:
    """A ConfigMap's data are texts."""
    (tmp_path / "a.eo").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        function.read(image, tmp_path / "a.eo", "greet", None, {})


@pytest.mark.parametrize("setting", ["FUNC_TIMEOUT", "FUNC_PORT", "FUNC_CONCURRENCY"])
def test_a_bad_setting(greet: Function, pins: Pins, setting: str) -> None:
    """It is found here, not in a pod that doesn't start."""
    bad = Function("a", greet.image, "a", "b", greet.files, {setting: "soon"})
    with pytest.raises(UsageError, match=f"setting `{setting}` is `soon`"):
        knative.service(bad, pins)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb\r\n", "  a\n", "a \n\tb\n\n", "a\n---\nb\n", "\x07\n", "#\n", "a\n \n"]
)
def test_texts_are_kept(text: str) -> None:
    """Whatever a source file holds."""
    assert loaded(yaml_text.documents([{"data": text}], ["a comment"])) == [{"data": text}]
