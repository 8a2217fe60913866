import itertools
from pathlib import Path

from imagebuild.build import buildx_command, labels, recipe
from imagebuild.build.source_revision import Origin
from imagebuild.build.steps import Action, Step
from imagebuild.catalog.catalog import Catalog

REFERENCES = {"base-trixie": ("prefix/base:trixie", "sha256:1")}


def command(catalog: Catalog, cache: bool = True) -> list[str]:
    """Return the command for esperanto-2.0-distroless."""
    image = next(i for i in catalog.images() if i.name == "esperanto-2.0-distroless")
    step = Step(
        image.name, image.tag("p"), "key", ("base-trixie",), Action.BUILD, "changed", image=image
    )
    origin = Origin("abc", 86400)
    return buildx_command.command(
        *(["docker", "buildx"], catalog, step, recipe.of_image(image), REFERENCES),
        *(origin, Path("/ca")),
        cache=cache,
    )


def test_command_says_what_to_build(catalog: Catalog) -> None:
    """Target, tag, platform, arguments, contexts and the authorities as a secret."""
    words = command(catalog)
    assert words[:3] == ["docker", "buildx", "build"]
    assert {
        "--target=distroless",
        "--tag=p/esperanto:2.0-distroless",
        "--platform=linux/amd64",
        "--build-arg=BASE=prefix/base:trixie",
        "--build-arg=VERSION=2.0",
        "--build-arg=NAME=value",
        f"--build-context=kit={catalog.root / 'kit'}",
        "--secret=id=ca-bundle,src=/ca",
    } <= set(words)
    assert words[-1] == str(catalog.root / "runtimes/esperanto")


def test_image_carries_its_origin(catalog: Catalog) -> None:
    """OCI's labels, and those by which the builder knows the image again."""
    words = command(catalog)
    values = dict(w.split("=", 1) for o, w in itertools.pairwise(words) if o == "--label")
    assert values == {
        labels.KEY: "key",
        labels.PARENTS: "sha256:1",
        labels.TITLE: "Esperanto 2.0",
        labels.SOURCE: "https://example.org/source",
        labels.REVISION: "abc",
        labels.VERSION: "2.0",
        labels.CREATED: "1970-01-02T00:00:00+00:00",
        labels.BASE_NAME: "prefix/base:trixie",
        labels.BASE_DIGEST: "sha256:1",
    }


def test_cache_is_left_out_on_request(catalog: Catalog) -> None:
    """`--force` runs every step anew."""
    assert "--no-cache" not in command(catalog)
    assert "--no-cache" in command(catalog, cache=False)


def test_an_archive_has_the_times_of_the_commit() -> None:
    """BuildKit sets them, in the engine's format where it can hold the image."""
    command = ["docker", "buildx", "build", "--tag=a", "folder"]
    one = buildx_command.to_archive(command, Path("image.tar"), ["linux/amd64"])
    assert one == [
        *command[:-1],
        "--output=type=docker,dest=image.tar,rewrite-timestamp=true",
        "folder",
    ]
    two = buildx_command.to_archive(command, Path("image.tar"), ["linux/amd64", "linux/arm64"])
    assert "--output=type=oci,dest=image.tar,rewrite-timestamp=true" in two
