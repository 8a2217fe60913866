"""The plan of a build: what has to be built, in which order, and why. Pure: no files, no engine."""

from collections.abc import Iterable, Iterator, Mapping

from imagebuild.catalog import Catalog, Image
from imagebuild.content import base_name, base_tag
from imagebuild.model import Base
from imagebuild.steps import ASKED_FOR, Action, Known, Step


def make(
    catalog: Catalog,
    images: Iterable[Image],
    keys: Mapping[str, str],
    known: Mapping[str, Known],
    *,
    prefix: str,
    force: bool = False,
) -> list[Step]:
    """Return the steps that bring `images` about, each after its parents.

    `keys` are the content keys by step name (`content.keys`), `known` the images that are there,
    by tag, `prefix` the first part of the tags; with `force` everything is built.
    """
    images = list(images)
    needed = {name for image in images for name in image.bases}
    steps: dict[str, Step] = {}
    for name, base in catalog.bases.items():
        if name in needed:
            step = _base_step(name, base, keys, known, prefix, force)
            steps[step.name] = step
    for image in images:
        steps[image.name] = _image_step(image, keys, known, steps, prefix, force)
    return list(steps.values())


def _base_step(
    name: str,
    base: Base,
    keys: Mapping[str, str],
    known: Mapping[str, Known],
    prefix: str,
    force: bool,
) -> Step:
    step_name = base_name(name)
    key = keys[step_name]
    if base.image:
        return Step(step_name, base.image, key, (), Action.SKIP, "given by its digest", base=base)
    tag = base_tag(name, prefix)
    action, reason = _decide(key, known.get(tag), force)
    return Step(step_name, tag, key, (), action, reason, base=base)


def _image_step(
    image: Image,
    keys: Mapping[str, str],
    known: Mapping[str, Known],
    steps: Mapping[str, Step],
    prefix: str,
    force: bool,
) -> Step:
    key, tag = keys[image.name], image.tag(prefix)
    parents = tuple(dict.fromkeys(base_name(name) for name in image.bases))
    found = known.get(tag)
    action, reason = _decide(key, found, force)
    if found and action is Action.SKIP:
        for parent, digest in _stale(parents, found, steps, known):
            action, reason = Action.BUILD, f"{parent} {digest}"
    return Step(image.name, tag, key, parents, action, reason, image=image)


def _decide(key: str, found: Known | None, force: bool) -> tuple[Action, str]:
    if found is None:
        return Action.BUILD, "not there yet"
    if found.key != key:
        return Action.BUILD, "its inputs changed"
    if force:
        return Action.BUILD, ASKED_FOR
    return Action.SKIP, "unchanged"


def _stale(
    parents: tuple[str, ...], found: Known, steps: Mapping[str, Step], known: Mapping[str, Known]
) -> Iterator[tuple[str, str]]:
    """Yield the parents that aren't those the image was made from, and in what way."""
    digests = dict(zip(parents, found.parents, strict=False))
    for name in parents:
        step = steps[name]
        if step.action is Action.BUILD:
            yield name, "is built anew"
        elif digests.get(name) != _digest_of(step, known):
            yield name, "is another one than it was made from"


def _digest_of(step: Step, known: Mapping[str, Known]) -> str:
    if step.base and step.base.image:
        return step.base.image.partition("@")[2]
    return known[step.tag].digest
