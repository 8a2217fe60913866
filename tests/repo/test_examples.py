from pathlib import Path

import pytest

from imagebuild.catalog import catalog
from imagebuild.functions import examples
from tests.support import tree

ROOT = Path(__file__).parent.parent.parent
CATALOG = catalog.load(ROOT / "images.yaml")


@pytest.mark.parametrize("language", CATALOG.languages)
def test_each_function_in_the_examples_is_listed(language: str) -> None:
    """And what is listed exists, manifests included: nothing in examples/ is untested."""
    folder = ROOT / "examples" / language
    listed = examples.load(folder)
    files = {example.file for example in listed}
    manifests = {example.dependencies for example in listed if example.dependencies}
    there = tree.names_in(folder) - {"examples.toml"}
    assert there == files | manifests  # a language may have files of several suffixes


@pytest.mark.parametrize("language", CATALOG.languages)
def test_each_language_has_what_a_bench_compares_it_with(language: str) -> None:
    """`bench` needs the targets `bare` and `peer`, each with a title for the chart."""
    dockerfile = ROOT / "runtimes" / language / "bench" / "Dockerfile"
    text = dockerfile.read_text(encoding="utf-8")
    for target in ("bare", "peer"):
        assert f" AS {target}\nLABEL org.opencontainers.image.title=" in text
