"""What the contract suite runs: one pytest for each image, then what needs an engine but no image.

Each run has a key made of all that its result depends on, under which the result is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.engine import api
from imagebuild.errors import UsageError
from imagebuild.functions import phases
from imagebuild.suite import results

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "tests" / "contract"
ENGINE_TESTS = ROOT / "tests" / "engine"


@dataclass(frozen=True)
class Run:
    """One pytest: its name in the summary, its arguments, and the key of its result."""

    name: str
    arguments: tuple[str, ...]
    key: str


def plan(
    catalog: Catalog, images: Sequence[Image], *, prefix: str, host: str, partial: bool
) -> list[Run]:
    """Return the runs for those of `images` that run functions.

    Unless `partial`, the tests of each language that need no runtime image follow, and, if all
    languages of the catalog are among them, the tests of the builder that need an engine. Raises
    UsageError when an image isn't there.
    """
    runtimes = [image for image in images if image.is_runtime]
    if not runtimes:
        raise UsageError("none of these images runs functions", "`./build.py list` shows all")
    runs = {image.name: _of_image(catalog, image, prefix, host) for image in runtimes}
    if partial:
        return list(runs.values())
    more = []
    for language in dict.fromkeys(image.language for image in runtimes):
        keys = [runs[image.name].key for image in runtimes if image.language == language]
        tests = catalog.root / "runtimes" / language / "tests"
        if tests.is_dir():
            key = results.key("language", keys)
            more.append(Run(f"{language}-tests", (str(tests), "--without-image"), key))
    if _is_all(catalog, runtimes) and ENGINE_TESTS.is_dir():
        key = results.key(results.builder_version(ROOT), [run.key for run in runs.values()])
        more.append(Run("builder-tests", (str(ENGINE_TESTS), "--without-image"), key))
    return [*runs.values(), *more]


def _of_image(catalog: Catalog, image: Image, prefix: str, host: str) -> Run:
    variants = {phase.variant for phase in image.language_entry.kubeless.phases.values()}
    parts = [image, *(phases.of_variant(image, variant) for variant in sorted(variants))]
    digests = [_digest(host, part.tag(prefix), part.name) for part in parts]
    entry = image.language_entry.model_dump_json()
    version = results.suite_version(catalog.root, ROOT, image.language, entry)
    tests = catalog.root / image.folder / "tests"
    # The language's own come first: some take long, and others run beside them.
    folders = [*([str(tests)] if tests.is_dir() else []), str(CONTRACT)]
    return Run(image.name, (*folders, f"--image={image.name}"), results.key(version, digests))


def _digest(host: str, tag: str, name: str) -> str:
    found = api.call(host, f"/images/{tag}/json")
    if found is None:
        raise UsageError(f"the engine has no image `{tag}`", f"build it: ./build.py build {name}")
    return str(found["Id"])


def _is_all(catalog: Catalog, runtimes: Sequence[Image]) -> bool:
    """Whether these are the languages of the catalog, all of them."""
    return {image.language for image in runtimes} >= set(catalog.languages)
