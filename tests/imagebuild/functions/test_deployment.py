import datetime

from imagebuild.catalog.catalog import Image
from imagebuild.catalog.model import Fixtures, Kubeless, Language, Phase, Variant, Version
from imagebuild.functions.deployment import images


def image(*phases: str) -> Image:
    """Return a standard image of a language that has these phases."""
    version = Version(base="trixie", end_of_life=datetime.date(2099, 1, 1))
    variant = Variant(target="runtime", size_limit_mb=1)
    language = Language(
        title="Made up",
        default="1",
        fixtures=Fixtures(file="{snake}.x", module="{snake}", handler="handler"),
        kubeless=Kubeless.model_validate(
            {
                "depName": "deps",
                "fileNameSuffix": ".x",
                "phases": {name: Phase(command="do") for name in phases},
            }
        ),
        variants={"install": variant, "standard": variant},
        versions={"1": version},
    )
    return Image("madeup", "1", "standard", language, version, variant)


def test_a_runtime_needs_the_images_of_its_phases() -> None:
    """Each once, the runtime first."""
    wanted = images(image("installation", "compilation"))
    assert [found.variant for found in wanted] == ["standard", "install"]


def test_a_language_without_phases_needs_the_runtime_alone() -> None:
    """Nothing is built that nobody uses."""
    assert [found.variant for found in images(image())] == ["standard"]
