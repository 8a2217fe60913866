"""What Kubeless is told: the value of `runtime-images` in its ConfigMap. Pure.

Kubeless reads the key `images` and ignores keys that it doesn't know. No liveness probe is written:
its own asks `/healthz` on the function's port, and one of ours would pin that port.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import UsageError
from imagebuild.functions import phases
from imagebuild.render import yaml_text
from imagebuild.render.pins import Pins

Entry = dict[str, Any]
KEY = "runtime-images"
AFTERWARDS = (
    "A patch of Kubeless' ConfigMap. With FILE as the name of this file:",
    "kubectl patch configmap kubeless-config --namespace kubeless --patch-file FILE",
    "Kubeless reads it when its controller starts, so restart that:",
    "kubectl rollout restart deployment kubeless-controller-manager --namespace kubeless",
)


def patch(catalog: Catalog, pins: Pins, present: str = "") -> str:
    """Return a patch of the ConfigMap with all published runtimes.

    `present` is the value that it has; entries and versions in it that aren't ours stay as they
    are, in their places. Raises UsageError when it is no list of runtimes, or nothing is published.
    """
    value = json.dumps(merged(_read(present), entries(catalog, pins)), indent=2) + "\n"
    return yaml_text.documents([{"data": {KEY: value}}], AFTERWARDS)


def entries(catalog: Catalog, pins: Pins) -> list[Entry]:
    """Return an entry for each language ID with published versions."""
    result: dict[str, Entry] = {}
    for image in pins.images(catalog):
        name = image.language if image.variant == "standard" else image.variant_entry.kubeless_id
        if not (image.is_runtime and name and pins.is_complete(image)):
            continue
        kubeless = image.language_entry.kubeless
        entry = result.setdefault(
            name,
            {
                "ID": name,
                "depName": kubeless.depName,
                "fileNameSuffix": kubeless.fileNameSuffix,
                "versions": [],
            },
        )
        entry["versions"].append(
            {
                "name": name.replace("_", "-") + image.version.replace(".", ""),
                "version": image.version,
                "images": list(_images(image, pins)),
            }
        )
    return list(result.values())


def merged(present: Sequence[Entry], ours: Sequence[Entry]) -> list[Entry]:
    """Return `present` with our versions in their places, and behind it what it lacked."""
    wanted = {entry["ID"]: entry for entry in ours}
    result = []
    for entry in present:
        new = wanted.pop(entry.get("ID", ""), None)
        result.append(_with_versions(entry, new) if new else entry)
    return [*result, *wanted.values()]


def _images(image: Image, pins: Pins) -> Iterator[Entry]:
    for name, phase in image.language_entry.kubeless.phases.items():
        if len(phase.env) > 1:
            raise UsageError(
                f"the {name} of `{image.language}` has {len(phase.env)} variables",
                "give it one at most: Kubeless writes several in random order, and pods restart",
            )
        reference = pins.reference(phases.of_variant(image, phase.variant))
        found: Entry = {"phase": name, "image": reference, "command": phase.command}
        yield {**found, **({"env": dict(phase.env)} if phase.env else {})}
    yield {"phase": "runtime", "image": pins.reference(image)}


def _with_versions(entry: Entry, new: Entry) -> Entry:
    """Return the operator's `entry` with the versions of `new`; what else it says stays."""
    ours: dict[str, Mapping[str, Any]] = {each["version"]: each for each in new["versions"]}
    versions = [
        {**each, **ours.pop(each.get("version", ""), {})} for each in entry.get("versions", [])
    ]
    return {**entry, **new, "versions": [*versions, *ours.values()]}


def _read(present: str) -> list[Entry]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(present) if present.strip() else []
    except YAMLError as error:
        raise UsageError(
            f"`{KEY}` is neither JSON nor YAML: {error}", "correct its value"
        ) from error
    if not (isinstance(found, list) and all(isinstance(entry, dict) for entry in found)):
        raise UsageError(
            f"`{KEY}` is no list of runtimes: found {type(found).__name__}",
            "give Kubeless' ConfigMap: kubectl get configmap kubeless-config -n kubeless -o yaml",
        )
    return found
