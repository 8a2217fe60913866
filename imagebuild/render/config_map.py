"""Reads Kubeless' ConfigMap as kubectl prints it."""

from pathlib import Path

from imagebuild.errors import UsageError
from imagebuild.render.kubeless import KEY


def runtime_images(path: Path) -> str:
    """Return the value of `runtime-images` in the ConfigMap in the file `path`.

    Raises UsageError when the file holds no ConfigMap with that key.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise UsageError(f"`{path}` is no YAML: {error}", "give it as kubectl prints it") from error
    value = found.get("data", {}).get(KEY) if isinstance(found, dict) else None
    if not isinstance(value, str):
        raise UsageError(
            f"`{path}` is no ConfigMap with the key `{KEY}`",
            "kubectl get configmap kubeless-config --namespace kubeless --output yaml",
        )
    return value
