import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from imagebuild.catalog import catalog

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")
SPEC = (ROOT / "SPEC.md").read_text(encoding="utf-8")
OBJECTS: dict[str, Any] = {
    document["kind"]: document
    for document in YAML(typ="safe").load_all(
        (ROOT / "docs" / "kubernetes.yaml").read_text(encoding="utf-8")
    )
}
POD = OBJECTS["Deployment"]["spec"]["template"]["spec"]
(INSTALL,) = POD["initContainers"]
(RUNTIME,) = POD["containers"]


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Return the variables of a container."""
    return {variable["name"]: variable["value"] for variable in container["env"]}


def test_images_are_those_of_the_catalog() -> None:
    """The runtime is a runtime image, the init container runs a phase of the same version."""
    images = {image.tag(CATALOG.prefix): image for image in CATALOG.images()}
    runtime, install = images[RUNTIME["image"]], images[INSTALL["image"]]
    assert runtime.is_runtime
    phase = install.language_entry.kubeless.phases["installation"]
    assert (install.variant, install.version) == (phase.variant, runtime.version)
    assert INSTALL["command"][-1].endswith(phase.command)


def test_settings_are_those_of_the_contract() -> None:
    """Every variable stands in SPEC.md."""
    for container in (INSTALL, RUNTIME):
        assert set(environment(container)) <= set(re.findall(r"`([A-Z_]+)`", SPEC))


def test_the_function_is_what_the_runtime_loads() -> None:
    """Module, handler and manifest are in the ConfigMap."""
    source = OBJECTS["ConfigMap"]["data"]
    settings = environment(RUNTIME)
    assert f"def {settings['FUNC_HANDLER']}(" in source[f"{settings['MOD_NAME']}.py"]
    assert Path(environment(INSTALL)["KUBELESS_DEPS_FILE"]).name in source


def test_probes_and_grace_are_those_of_the_contract() -> None:
    """A drain is never cut off, and no probe is answered by the function."""
    assert RUNTIME["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert RUNTIME["readinessProbe"]["httpGet"]["path"] == "/readyz"
    timeout = float(environment(RUNTIME)["FUNC_TIMEOUT"])
    assert POD["terminationGracePeriodSeconds"] > timeout + 5
