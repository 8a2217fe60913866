"""The content key: one digest over everything that an image is made from.

A file counts when a build can copy it: it lies in a context and its `.dockerignore` lets it in.
(Not what git tracks: an ignored file that COPY takes would change the image unseen.)
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from imagebuild.catalog import Catalog, Image
from imagebuild.errors import UsageError
from imagebuild.model import Base

BUILDER_MODULES = ("bases.py", "buildx.py", "content.py")
"""The modules of this package that decide what is in an image: a change rebuilds all."""

CACHES = (
    "**/__pycache__",
    "**/*.pyc",
    "**/*.egg-info",
    "**/.pytest_cache",
    "**/.mypy_cache",
    "**/.ruff_cache",
)
"""What tools leave behind in any folder; never worth a rebuild, whatever `.dockerignore` says."""


def base_name(name: str) -> str:
    """Return the name of the step that makes the base called `name`."""
    return f"base-{name}"


def keys(catalog: Catalog, images: Iterable[Image]) -> dict[str, str]:
    """Return the content key of each image and of each base they need, by step name.

    Reads the contexts under the catalog's root. Raises UsageError when a context or Dockerfile
    isn't there.
    """
    images = list(images)
    builder = builder_version()
    needed = {base for image in images for base in image.bases}
    result = {
        base_name(name): base_key(base, catalog.platforms, builder)
        for name, base in catalog.bases.items()
        if name in needed
    }
    contexts: dict[str, str] = {}
    for image in images:
        for folder in context_folders(image):
            if folder not in contexts:
                contexts[folder] = context_digest(catalog.root / folder)
        result[image.name] = image_key(catalog, image, contexts, result, builder)
    return result


def base_key(base: Base, platforms: Sequence[str], builder: str) -> str:
    """Return the key of a base: its entry, the platforms and the builder's version."""
    return _digest({"base": base.model_dump(), "platforms": platforms, "builder": builder})


def image_key(
    catalog: Catalog,
    image: Image,
    contexts: Mapping[str, str],
    base_keys: Mapping[str, str],
    builder: str,
) -> str:
    """Return the key of an image, given the digests of its contexts and the keys of its bases."""
    return _digest(
        {
            "contexts": [
                ["", contexts[image.folder]],
                *([n, contexts[f]] for n, f in sorted(image.language_entry.contexts.items())),
            ],
            "target": image.variant_entry.target,
            "version": image.version,
            "entry": image.version_entry.model_dump(mode="json"),
            "bases": [base_keys[base_name(name)] for name in image.bases],
            "platforms": catalog.platforms,
            "source": catalog.source,
            "builder": builder,
        }
    )


def context_folders(image: Image) -> list[str]:
    """Return the folders a build of this image can read, from the root; its own comes first."""
    return [image.folder, *image.language_entry.contexts.values()]


def context_digest(folder: Path) -> str:
    """Return the digest of a context: path, executable bit and content of each file that counts."""
    digest = hashlib.sha256()
    for path in context_files(folder):
        full = folder / path
        if full.is_symlink():
            kind, content = "link", os.readlink(full).encode()
        else:
            kind = "program" if full.stat().st_mode & 0o100 else "file"
            content = full.read_bytes()
        entry = json.dumps([path, kind, hashlib.sha256(content).hexdigest()])
        digest.update(entry.encode() + b"\n")
    return digest.hexdigest()


def context_files(folder: Path) -> list[str]:
    """Return the files of a context that a build can copy, sorted, relative to it."""
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder `{folder}`, which images.yaml names as a build context",
            "make it, or correct `contexts` in images.yaml",
        )
    from pathspec import PathSpec

    ignored = PathSpec.from_lines("gitignore", [*_rules(folder), *CACHES])
    kept = {path for path in _walk(folder) if not ignored.match_file(path)}
    # BuildKit reads the Dockerfile even where .dockerignore leaves it out of the context.
    kept |= {name for name in ("Dockerfile", ".dockerignore") if (folder / name).is_file()}
    return sorted(kept)


def _rules(folder: Path) -> Iterator[str]:
    """Yield the rules of `.dockerignore` as gitignore's.

    Docker's are anchored at the context, and each holds for what is below its matches too.
    """
    path = folder / ".dockerignore"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        rule = line.strip()
        if rule and not rule.startswith("#"):
            sign, rule = ("!", rule[1:]) if rule.startswith("!") else ("", rule)
            anchored = f"{sign}/{rule.removeprefix('./').strip('/')}"
            yield anchored
            yield f"{anchored}/**"


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "__pycache__")]
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*files, *links):
            yield os.path.relpath(os.path.join(parent, name), folder)


def builder_version() -> str:
    """Return the digest of the modules that decide how images are made."""
    here = Path(__file__).parent
    return _digest([(here / name).read_text(encoding="utf-8") for name in BUILDER_MODULES])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
