"""The unit tests of what a Dockerfile makes: its stage `tests`, which no image is made from.

The stage has the toolchain, and its command runs the tests. A build of an image runs none, since
nothing that measures time may decide whether an image exists.

It may copy from two contexts more: `repository` (what `.dockerignore` of the root lets in: the
sources of the supervisor, the contract's table of cases) and `doubles` (the programs of a base's
stage `doubles`, which stand for it in the tests of what is built with it).
"""

import tempfile
from pathlib import Path

import pytest

from imagebuild import trust
from imagebuild.build import buildx_command, recipe
from imagebuild.build.build_context import CACHES
from imagebuild.build.content_key import base_name, base_tag
from imagebuild.build.recipe import Recipe
from imagebuild.catalog import selection
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine.engine import Engine as BuildEngine
from imagebuild.errors import ProcessError
from imagebuild.process import Processes
from tests.support.containers import Engine

STAGE = "tests"
DOUBLES = "doubles"
LEFT_OUT = (*CACHES, "**/node_modules", "**/target")
"""What tools leave in a checkout. Everything else is there for the tests: `.dockerignore` says what
images are made from, and leaves the tests out."""


ROOT = Path(__file__).parent.parent.parent


class UnitTests:
    """Builds the stage and runs its command in a container."""

    def __init__(self, engine: Engine, builder: BuildEngine, catalog: Catalog, prefix: str) -> None:
        self._engine = engine
        self._builder = builder
        self._catalog = catalog
        self._prefix = prefix

    def __call__(self, name: str) -> None:
        """Run the unit tests of `name`; fail with their output.

        `name` is a language (its default version), an image, or a base that a Dockerfile makes.
        """
        try:
            tag = self._stage(self._recipe(name), STAGE, name)
        except ProcessError as error:
            pytest.fail(f"the stage `{STAGE}` of `{name}`: {error.output}", pytrace=False)
        found = self._engine.run(tag, [])
        if found.exit_code:
            output = f"{found.stdout}{found.stderr}"
            pytest.fail(f"`{name}` ended with {found.exit_code}:\n{output}", pytrace=False)

    def _recipe(self, name: str) -> Recipe:
        base = self._catalog.bases.get(name)
        found = recipe.of_base(base) if base else None
        return found or recipe.of_image(selection.runtime_of(self._catalog, name, None))

    def _doubles(self, found: Recipe) -> dict[str, str]:
        """Build the doubles of the bases of `found`; return the context that has them."""
        for name in found.bases.values():
            base = recipe.of_base(self._catalog.bases[name])
            if base and f" AS {DOUBLES}\n" in self._dockerfile(base).read_text(encoding="utf-8"):
                return {DOUBLES: f"docker-image://{self._stage(base, DOUBLES, name)}"}
        return {}

    def _dockerfile(self, found: Recipe) -> Path:
        return self._catalog.root / found.folder / "Dockerfile"

    def _stage(self, found: Recipe, stage: str, name: str) -> str:
        """Build a stage and return its tag."""
        tag = f"{self._prefix}/suite-{stage}:{name}"
        contexts = {"repository": str(ROOT), **self._doubles(found)}
        references = {base_name(base): self._reference(base) for base in found.bases.values()}
        folder = self._catalog.root / found.folder
        with tempfile.TemporaryDirectory() as work:
            file = Path(work) / "Dockerfile"
            file.write_bytes(self._dockerfile(found).read_bytes())
            ignored = Path(f"{file}.dockerignore")  # BuildKit prefers it to the folder's own
            ignored.write_text("\n".join(LEFT_OUT), encoding="utf-8")
            command = buildx_command.of_folder(
                self._builder.buildx,
                folder,
                tag,
                buildx_command.recipe_arguments(found, references),
                trust.ca_bundle(),
                [
                    *buildx_command.recipe_options(self._catalog, found),
                    *(f"--build-context={name}={place}" for name, place in contexts.items()),
                    f"--target={stage}",
                    f"--file={file}",
                ],
            )
            Processes().run(command, environment=self._builder.environment)
        return tag

    def _reference(self, name: str) -> str:
        tag = self._catalog.bases[name].image or base_tag(name, self._prefix)
        if self._engine.image(tag) is None:
            pytest.fail(f"no image `{tag}`\nhint: ./build.py build", pytrace=False)
        return tag
