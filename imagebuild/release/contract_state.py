"""Whether the images of a version have passed the whole contract, as they are and as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.suite import results, run_plan
from imagebuild.suite.run_plan import ROOT

UNTESTED = "untested"


@dataclass(frozen=True)
class ContractState:
    """The version of the suite, and what each image has passed, by selector (or UNTESTED)."""

    suite: str
    outcomes: dict[str, str]

    @property
    def untested(self) -> list[str]:
        """The selectors of images that have not passed."""
        return [name for name, outcome in self.outcomes.items() if outcome == UNTESTED]


def of_version(
    catalog: Catalog, images: Sequence[Image], *, prefix: str, host: str
) -> ContractState:
    """Return the state of `images`, all of one version of a language.

    The image of a phase has passed when each runtime of its version has, since their tests run
    it. Raises UsageError when an image isn't there.
    """
    runs = run_plan.plan(catalog, images, prefix=prefix, host=host, partial=True)
    outcomes = {}
    for run in runs:
        kept = results.load(catalog.root, run.key)
        good = kept is not None and kept.is_good and not kept.is_empty
        outcomes[run.name] = (
            f"passed-{kept.passed}-waived-{kept.waived}" if kept and good else UNTESTED
        )
    phases = UNTESTED if UNTESTED in outcomes.values() else "passed-with-runtimes"
    entry = images[0].language_entry.model_dump_json()
    suite = results.suite_version(catalog.root, ROOT, images[0].language, entry)[:12]
    return ContractState(suite, {image.name: outcomes.get(image.name, phases) for image in images})
