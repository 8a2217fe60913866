"""The value of runtime-images, and what stays of an operator's own."""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.errors import UsageError
from imagebuild.release.lock import Lock
from imagebuild.render import config_map, kubeless
from imagebuild.render.pins import Pins

FOREIGN = {"ID": "cobol", "versions": [{"version": "1.0", "images": []}], "comment": "ours"}
OLD: dict[str, Any] = {
    "ID": "esperanto",
    "depName": "old.txt",
    "fileNameSuffix": ".eo",
    "livenessProbeInfo": {"periodSeconds": 5},
    "versions": [
        {"name": "old", "version": "0.9", "images": [{"phase": "runtime", "image": "old"}]},
        {"name": "a", "version": "2.0", "images": [], "imagePullSecrets": [{"imageSecret": "s"}]},
    ],
}


def written(text: str) -> Any:
    """Return the list of runtimes in a patch."""
    return json.loads(YAML(typ="safe", pure=True).load(text)["data"]["runtime-images"])


def test_entries_name_images_by_digest(catalog: Catalog, pins: Pins) -> None:
    """The key of the images is `images`; a variant without an ID in the catalog has no entry."""
    (entry,) = written(kubeless.patch(catalog, pins))
    assert entry == {
        "ID": "esperanto",
        "depName": "deps.txt",
        "fileNameSuffix": ".eo",
        "versions": [
            {
                "name": "esperanto20",
                "version": "2.0",
                "images": [
                    {
                        "phase": "installation",
                        "image": pins.reference(by_name(catalog, "esperanto-2.0-install")),
                        "command": "install-dependencies",
                    },
                    {
                        "phase": "runtime",
                        "image": pins.reference(by_name(catalog, "esperanto-2.0")),
                    },
                ],
            }
        ],
    }


def by_name(catalog: Catalog, name: str) -> Image:
    """Return the image called `name`."""
    return next(image for image in catalog.images() if image.name == name)


def test_what_is_the_operators_own_stays(catalog: Catalog, pins: Pins) -> None:
    """Other languages as they are; of ours other versions, secrets and probes."""
    first, second = written(kubeless.patch(catalog, pins, json.dumps([FOREIGN, OLD])))
    assert first == FOREIGN
    old, new = second["versions"]
    assert old == OLD["versions"][0]
    assert new["name"] == "esperanto20"
    assert new["imagePullSecrets"] == [{"imageSecret": "s"}]
    assert second["depName"] == "deps.txt"
    assert second["livenessProbeInfo"] == OLD["livenessProbeInfo"]


def test_applying_twice_changes_nothing(catalog: Catalog, pins: Pins) -> None:
    """The value merged with itself is the same text."""
    once = kubeless.patch(catalog, pins, json.dumps([FOREIGN, OLD]))
    value = YAML(typ="safe", pure=True).load(once)["data"]["runtime-images"]
    assert kubeless.patch(catalog, pins, value) == once


def test_the_present_value_may_be_yaml(catalog: Catalog, pins: Pins) -> None:
    """Kubeless reads both."""
    assert written(kubeless.patch(catalog, pins, "- ID: cobol\n  versions: []\n"))[0] == {
        "ID": "cobol",
        "versions": [],
    }


@pytest.mark.parametrize("present", ["{", "text", "{}", "[1]"])
def test_a_value_that_is_no_list_of_runtimes(catalog: Catalog, pins: Pins, present: str) -> None:
    """Kubeless' controller would exit on it."""
    with pytest.raises(UsageError, match="`runtime-images` is n"):
        kubeless.patch(catalog, pins, present)


def test_a_version_whose_phases_are_not_published_is_left_out(catalog: Catalog, pins: Pins) -> None:
    """A function could not be installed with it."""
    entries = dict(pins.lock.entries)
    del entries["esperanto-2.0-install"]
    lock = Lock(pins.lock.prefix, entries=entries)
    assert kubeless.entries(catalog, Pins(lock)) == []
    with pytest.raises(UsageError, match="images.lock has no `esperanto-2.0-install`"):
        Pins(lock).reference(by_name(catalog, "esperanto-2.0-install"))


def test_a_mirror_changes_the_prefix_alone(catalog: Catalog, pins: Pins) -> None:
    """Tag and digest are the lock's."""
    mirror = kubeless.patch(catalog, Pins(pins.lock, "mirror.example.com"))
    assert mirror == kubeless.patch(catalog, pins).replace(pins.lock.prefix, "mirror.example.com")


def test_the_config_map_is_read_as_kubectl_prints_it(tmp_path: Path) -> None:
    """Anything else is an error that says how to get it."""
    path = tmp_path / "config.yaml"
    path.write_text("kind: ConfigMap\ndata:\n  runtime-images: |\n    []\n")
    assert config_map.runtime_images(path) == "[]\n"
    for text in ("kind: ConfigMap\n", "[]", "data: {runtime-images: [1]}", "a: b: c"):
        path.write_text(text)
        with pytest.raises(UsageError) as raised:
            config_map.runtime_images(path)
        assert "kubectl" in raised.value.hint
