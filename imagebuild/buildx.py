"""The command line of `docker buildx build` for one image. Pure, but for looking up defaults."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from imagebuild import labels
from imagebuild.catalog import Catalog, Image
from imagebuild.content import base_name
from imagebuild.errors import UsageError
from imagebuild.origin import Origin
from imagebuild.steps import Step

AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the authorities they trust."""


def command(
    buildx: Sequence[str],
    catalog: Catalog,
    step: Step,
    references: Mapping[str, tuple[str, str]],
    origin: Origin,
    authorities: Path,
    *,
    cache: bool = True,
) -> list[str]:
    """Return the command that builds the image of `step`.

    `references` gives tag and digest of each parent by step name; `authorities` is the CA bundle
    that build steps may mount as the secret `ca-bundle`; without `cache` every step runs anew.
    """
    image = step.image
    if image is None:
        raise UsageError(f"`{step.name}` is a base, not built from a Dockerfile")
    arguments = _arguments(image, {name: tag for name, (tag, _) in references.items()})
    contexts = image.language_entry.contexts.items()
    options = [
        f"--platform={','.join(catalog.platforms)}",
        f"--target={image.variant_entry.target}",
        *(f"--build-context={name}={catalog.root / folder}" for name, folder in contexts),
        *labels.options(image_labels(catalog, step, image, references, origin)),
        *([] if cache else ["--no-cache"]),
    ]
    folder = catalog.root / image.folder
    return of_folder(buildx, folder, step.tag, arguments, authorities, options)


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


def image_labels(
    catalog: Catalog,
    step: Step,
    image: Image,
    references: Mapping[str, tuple[str, str]],
    origin: Origin,
) -> dict[str, str]:
    """Return the labels of an image: the builder's own and OCI's."""
    base_tag, base_digest = references[step.parents[0]]
    return {
        **labels.own(step.key, [references[name][1] for name in step.parents]),
        labels.TITLE: f"{image.language_entry.title} {image.version}",
        labels.SOURCE: catalog.source,
        labels.REVISION: origin.revision,
        labels.VERSION: image.version,
        labels.CREATED: datetime.fromtimestamp(origin.epoch, UTC).isoformat(),
        labels.BASE_NAME: base_tag,
        labels.BASE_DIGEST: base_digest,
    }


def default_authorities() -> Path:
    """Return this machine's CA bundle: SSL_CERT_FILE, else where the system keeps it."""
    for candidate in (os.environ.get("SSL_CERT_FILE", ""), *AUTHORITIES):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    raise UsageError(
        "this machine has no CA bundle that build steps could trust",
        "install `ca-certificates`, or name a file with `--ca-bundle`",
    )


def _arguments(image: Image, tags: Mapping[str, str]) -> dict[str, str]:
    version = image.version_entry
    bases = {"BASE": version.base, **version.extra_bases}
    return {
        **{argument: tags[base_name(name)] for argument, name in bases.items()},
        "VERSION": image.version,
        **version.arguments,
    }
