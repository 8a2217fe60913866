"""The plan: order, actions and their reasons, without files and engine."""

from collections.abc import Mapping

import pytest

from imagebuild.build import content_key, plan
from imagebuild.build.steps import Action, Known, Step
from imagebuild.catalog.catalog import Catalog

PINNED = "sha256:" + "0" * 64


@pytest.fixture
def keys(catalog: Catalog) -> dict[str, str]:
    """Return the content keys of the whole catalog."""
    return content_key.keys(catalog, catalog.images())


def make(
    catalog: Catalog,
    keys: Mapping[str, str],
    known: Mapping[str, Known],
    version: str = "2.0",
    force: bool = False,
) -> dict[str, Step]:
    """Return the steps for one version, by name."""
    images = [image for image in catalog.images() if image.version == version]
    steps = plan.make(catalog, images, keys, known, prefix="p", force=force)
    return {step.name: step for step in steps}


def everything(catalog: Catalog, keys: Mapping[str, str]) -> dict[str, Known]:
    """Return what an engine knows after everything was built."""
    known = {"p/base:trixie": Known(keys["base-trixie"], "sha256:base")}
    for image in catalog.images():
        parent = PINNED if image.version == "3.0" else "sha256:base"
        known[image.tag("p")] = Known(keys[image.name], "sha256:image", (parent,))
    return known


def test_nothing_there_builds_all_bases_first(catalog: Catalog, keys: dict[str, str]) -> None:
    """Each step comes after its parents."""
    steps = make(catalog, keys, {})
    assert list(steps) == [
        "base-trixie",
        "esperanto-2.0-install",
        "esperanto-2.0",
        "esperanto-2.0-distroless",
    ]
    assert {step.action for step in steps.values()} == {Action.BUILD}
    assert steps["esperanto-2.0"].parents == ("base-trixie",)
    assert steps["esperanto-2.0"].tag == "p/esperanto:2.0"
    assert steps["esperanto-2.0"].reason == "not there yet"


def test_everything_there_skips_all(catalog: Catalog, keys: dict[str, str]) -> None:
    """A second build has nothing to do."""
    steps = make(catalog, keys, everything(catalog, keys))
    assert {(step.action, step.reason) for step in steps.values()} == {(Action.SKIP, "unchanged")}


def test_only_the_needed_bases_are_steps(catalog: Catalog, keys: dict[str, str]) -> None:
    """A base of other images is left alone."""
    assert "base-trixie" not in make(catalog, keys, {}, version="3.0")


def test_a_base_given_by_digest_is_never_built(catalog: Catalog, keys: dict[str, str]) -> None:
    """Its step's tag is the reference that its children build on."""
    step = make(catalog, keys, {}, version="3.0", force=True)["base-pinned"]
    assert step.action is Action.SKIP
    assert step.tag == f"debian@{PINNED}"


def test_children_of_a_pinned_base_are_skipped(catalog: Catalog, keys: dict[str, str]) -> None:
    """The digest in the reference is compared with the one they were made from."""
    steps = make(catalog, keys, everything(catalog, keys), version="3.0")
    assert {step.action for step in steps.values()} == {Action.SKIP}


def test_changed_inputs_build_the_image_alone(catalog: Catalog, keys: dict[str, str]) -> None:
    """Its siblings and its base stay."""
    known = everything(catalog, keys)
    known["p/esperanto:2.0"] = Known("old", "sha256:image", ("sha256:base",))
    steps = make(catalog, keys, known)
    assert [name for name, step in steps.items() if step.action is Action.BUILD] == [
        "esperanto-2.0"
    ]
    assert steps["esperanto-2.0"].reason == "its inputs changed"


def test_a_base_that_is_built_takes_its_children_along(
    catalog: Catalog, keys: dict[str, str]
) -> None:
    """The reason names the base."""
    known = everything(catalog, keys)
    del known["p/base:trixie"]
    steps = make(catalog, keys, known)
    assert {step.action for step in steps.values()} == {Action.BUILD}
    assert steps["esperanto-2.0"].reason == "base-trixie is built anew"


def test_a_base_with_another_digest_builds_its_children(
    catalog: Catalog, keys: dict[str, str]
) -> None:
    """An image made from an older build of the same base is stale."""
    known = everything(catalog, keys)
    known["p/base:trixie"] = Known(keys["base-trixie"], "sha256:newer")
    steps = make(catalog, keys, known)
    assert steps["base-trixie"].action is Action.SKIP
    assert steps["esperanto-2.0"].action is Action.BUILD
    assert "base-trixie" in steps["esperanto-2.0"].reason


def test_a_base_of_a_dockerfile_comes_between(with_tool: Catalog) -> None:
    """After the base it is made on, which no image need name, and before the images."""
    steps = make(with_tool, content_key.keys(with_tool, with_tool.images()), {})
    assert list(steps)[:3] == ["base-trixie", "base-tool", "esperanto-2.0-install"]
    assert steps["base-tool"].tag == "p/base:tool"
    assert steps["base-tool"].parents == ("base-trixie",)
    assert steps["esperanto-2.0"].parents == ("base-trixie", "base-tool")


def test_a_base_of_a_dockerfile_is_stale_with_its_own(with_tool: Catalog) -> None:
    """Its digest is compared as an image's is; who is made from it follows."""
    keys = content_key.keys(with_tool, with_tool.images())
    known = everything(with_tool, keys)
    known["p/base:tool"] = Known(keys["base-tool"], "sha256:tool", ("sha256:base",))
    for name in ("", "-install", "-distroless"):
        digests = ("sha256:base", "sha256:tool")
        known[f"p/esperanto:2.0{name}"] = Known(keys[f"esperanto-2.0{name}"], "sha256:i", digests)
    assert {step.reason for step in make(with_tool, keys, known).values()} == {"unchanged"}
    known["p/base:trixie"] = Known(keys["base-trixie"], "sha256:newer")
    reasons = {name: step.reason for name, step in make(with_tool, keys, known).items()}
    assert reasons["base-tool"] == "base-trixie is another one than it was made from"
    assert reasons["esperanto-2.0"] == "base-trixie is another one than it was made from"
    known["p/base:trixie"] = Known(keys["base-trixie"], "sha256:base")
    known["p/base:tool"] = Known("old", "sha256:tool", ("sha256:base",))
    assert make(with_tool, keys, known)["esperanto-2.0"].reason == "base-tool is built anew"


def test_force_builds_what_is_unchanged(catalog: Catalog, keys: dict[str, str]) -> None:
    """The reason says that it was asked for."""
    steps = make(catalog, keys, everything(catalog, keys), force=True)
    assert {step.action for step in steps.values()} == {Action.BUILD}
    assert steps["base-trixie"].reason == "asked for"


def test_json_holds_what_a_machine_needs(catalog: Catalog, keys: dict[str, str]) -> None:
    """Names, not objects."""
    assert make(catalog, keys, {})["esperanto-2.0"].as_json() == {
        "name": "esperanto-2.0",
        "tag": "p/esperanto:2.0",
        "action": "build",
        "reason": "not there yet",
        "key": keys["esperanto-2.0"],
        "parents": ["base-trixie"],
    }
