"""Asks images for the version that is in them, for example 3.13.5 in an image called 3.13."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagebuild.catalog.catalog import Image
from imagebuild.errors import BuildError
from imagebuild.functions import containers
from imagebuild.release import tags

if TYPE_CHECKING:
    from docker import DockerClient


def ask(client: "DockerClient", images: Sequence[Image], prefix: str) -> dict[str, str]:
    """Return the version found in each of `images`, all of one version of a language, by variant.

    A language without `version_command` has the catalog's version. Raises UsageError when an
    image holds another version than the catalog says, BuildError when the command fails.
    """
    commands = images[0].language_entry.version_command
    answers = {
        image.variant: tags.found_version(image, _run(client, image, prefix))
        for image in images
        if image.variant in commands
    }
    others = next((answers[variant] for variant in commands if variant in answers), "")
    return {image.variant: answers.get(image.variant, others or image.version) for image in images}


def _run(client: "DockerClient", image: Image, prefix: str) -> str:
    program, *arguments = image.language_entry.version_command[image.variant]
    tag = image.tag(prefix)
    with containers.created(client, tag, entrypoint=[program], command=arguments) as container:
        container.start()
        code = container.wait()["StatusCode"]
        output = container.logs().decode(errors="replace")
    if code:
        raise BuildError(
            f"`{program}` ended with {code} in `{tag}`: {output.strip()}",
            "correct `version_command` in images.yaml",
        )
    return output
