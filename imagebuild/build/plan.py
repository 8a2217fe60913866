"""The plan of a build: what has to be built, in which order, and why. Pure: no files, no engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from imagebuild.build.content_key import base_name, base_tag
from imagebuild.build.steps import ASKED_FOR, Action, Known, Step
from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.catalog.model import Base


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

    `keys` are the content keys by step name (`content_key.keys`), `known` the images that are
    there, by tag, `prefix` the first part of the tags; with `force` everything is built.
    """
    images = list(images)
    steps: dict[str, Step] = {}
    drafts = [_of_base(name, catalog.bases[name], prefix) for name in catalog.bases_of(images)]
    for draft in [*drafts, *(_of_image(image, prefix) for image in images)]:
        step = replace(draft, key=keys[draft.name])
        if step.base is None or step.base.image is None:
            action, reason = _decide(step, known, steps, force)
            step = replace(step, action=action, reason=reason)
        steps[step.name] = step
    return list(steps.values())


def _of_base(name: str, base: Base, prefix: str) -> Step:
    tag = base.image or base_tag(name, prefix)
    parents = (base_name(base.base),) if base.base else ()
    return Step(base_name(name), tag, "", parents, Action.SKIP, "given by its digest", base=base)


def _of_image(image: Image, prefix: str) -> Step:
    parents = tuple(dict.fromkeys(base_name(name) for name in image.bases))
    return Step(image.name, image.tag(prefix), "", parents, Action.BUILD, "", image=image)


def _decide(
    step: Step, known: Mapping[str, Known], steps: Mapping[str, Step], force: bool
) -> tuple[Action, str]:
    """Return what to do with `step`, and why; `steps` are those before it."""
    found = known.get(step.tag)
    if found is None:
        return Action.BUILD, "not there yet"
    if found.key != step.key:
        return Action.BUILD, "its inputs changed"
    if force:
        return Action.BUILD, ASKED_FOR
    for parent, state in _stale(step.parents, found, steps, known):
        return Action.BUILD, f"{parent} {state}"
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
