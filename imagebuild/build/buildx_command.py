"""The command line of `docker buildx build` for one image. Pure, but for looking up defaults."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from imagebuild.build import labels
from imagebuild.build.content_key import base_name
from imagebuild.build.recipe import Recipe
from imagebuild.build.source_revision import Origin
from imagebuild.build.steps import Step
from imagebuild.catalog.catalog import Catalog


def command(
    buildx: Sequence[str],
    catalog: Catalog,
    step: Step,
    recipe: Recipe,
    references: Mapping[str, tuple[str, str]],
    origin: Origin,
    authorities: Path,
    *,
    cache: bool = True,
) -> list[str]:
    """Return the command that builds the image of `step` by its `recipe`.

    `references` gives tag and digest of each parent by step name; `authorities` is the CA bundle
    that build steps may mount as the secret `ca-bundle`; without `cache` every step runs anew.
    """
    options = [
        *recipe_options(catalog, recipe),
        f"--target={recipe.target}",
        *labels.options(image_labels(catalog, step, recipe, references, origin)),
        *([] if cache else ["--no-cache"]),
    ]
    arguments = recipe_arguments(recipe, {name: tag for name, (tag, _) in references.items()})
    folder = catalog.root / recipe.folder
    return of_folder(buildx, folder, step.tag, arguments, authorities, options)


def recipe_options(catalog: Catalog, recipe: Recipe) -> list[str]:
    """Return the options that all stages of a recipe's Dockerfile are built with."""
    contexts = recipe.contexts.items()
    return [
        f"--platform={','.join(catalog.platforms)}",
        *(f"--build-context={name}={catalog.root / folder}" for name, folder in contexts),
    ]


def recipe_arguments(recipe: Recipe, tags: Mapping[str, str]) -> dict[str, str]:
    """Return the build arguments of a recipe; `tags` are the references of bases by step name."""
    bases = {argument: tags[base_name(name)] for argument, name in recipe.bases.items()}
    return {**bases, **recipe.arguments}


def of_folder(
    buildx: Sequence[str],
    folder: Path,
    tag: str,
    arguments: Mapping[str, str],
    authorities: Path,
    options: Sequence[str],
) -> list[str]:
    """Return the command that builds `folder`, with build arguments and further `options`."""
    return [
        *buildx,
        "build",
        "--builder=default",  # the engine itself: another builder doesn't see our bases
        "--progress=plain",
        "--provenance=false",  # holds the time, so the digest would differ each time
        f"--tag={tag}",
        f"--secret=id=ca-bundle,src={authorities}",
        *(f"--build-arg={name}={value}" for name, value in arguments.items()),
        *options,
        str(folder),
    ]


def to_archive(command: Sequence[str], archive: Path, platforms: Sequence[str]) -> list[str]:
    """Return `command` (of `of_folder`) with its image written to the file `archive`.

    File times later than SOURCE_DATE_EPOCH are set to it, so that two builds give one digest.
    BuildKit does so only for a file, not for an image that it puts into the engine itself; and
    the engine's own format holds one platform only.
    """
    kind = "docker" if len(platforms) == 1 else "oci"
    output = f"--output=type={kind},dest={archive},rewrite-timestamp=true"
    return [*command[:-1], output, command[-1]]


def image_labels(
    catalog: Catalog,
    step: Step,
    recipe: Recipe,
    references: Mapping[str, tuple[str, str]],
    origin: Origin,
) -> dict[str, str]:
    """Return the labels of an image: the builder's own and OCI's."""
    base_tag, base_digest = references[step.parents[0]]
    version = {labels.VERSION: recipe.version} if recipe.version else {}
    return {
        **labels.own(step.key, [references[name][1] for name in step.parents]),
        labels.TITLE: recipe.title,
        labels.SOURCE: catalog.source,
        labels.REVISION: origin.revision,
        **version,
        labels.CREATED: datetime.fromtimestamp(origin.epoch, UTC).isoformat(),
        labels.BASE_NAME: base_tag,
        labels.BASE_DIGEST: base_digest,
    }
