"""Publishes a version in two phases: immutable tags first, floating ones when all images are there.

The registry's tags are the only state, so a push that broke off is simply run again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagebuild.errors import RegistryError
from imagebuild.release import floating, sizes, tags
from imagebuild.release.candidates import Candidate
from imagebuild.release.export import exported
from imagebuild.release.lock import Entry, Lock
from imagebuild.release.registry import Registry


@dataclass(frozen=True)
class Publisher:
    """Writes images of the engine at `host` to `registry`, below the prefix `to`.

    `build` is that part of new immutable tags (a day), `work` a folder for big files, `say` is
    told a line about each image.
    """

    registry: Registry
    host: str
    to: str
    build: str
    work: Path
    say: Callable[[str], None]

    def publish(
        self, candidates: Sequence[Candidate], lock: Lock, *, move_foreign: bool = False
    ) -> list[Entry]:
        """Publish all images of one version and return their entries for the lock.

        `lock` says what was published before. Raises RegistryError: no floating tag has moved
        then unless all of the version's images are there.
        """
        listing = self.registry.tags(f"{self.to}/{candidates[0].image.language}")
        entries = [self._publish(candidate, lock, listing) for candidate in candidates]
        images = [(each.image, entry) for each, entry in zip(candidates, entries, strict=True)]
        for reference in floating.move(self.registry, images, lock, move_foreign=move_foreign):
            self.say(f"{reference}: moved")
        return entries

    def _publish(self, candidate: Candidate, lock: Lock, listing: list[str]) -> Entry:
        repository = f"{self.to}/{candidate.image.language}"
        tag = self._published(candidate, candidate.digest, lock, listing)
        digest = candidate.digest
        if tag is None:
            with exported(self.host, candidate.local, self.work) as archive:
                digest = archive.digest
                tag = self._published(candidate, digest, lock, listing)
                if tag is None:
                    tag = tags.immutable(candidate.image, candidate.found, self.build)
                    self._upload(archive.path, f"{repository}:{tag}", digest)
                    self.say(f"{repository}:{tag}: published")
        else:
            self.say(f"{repository}:{tag}: already there")
        facts = {
            **candidate.facts,
            "size": str(sizes.compressed(self.registry, f"{repository}@{digest}")),
        }
        return Entry(candidate.image.name, repository, tag, digest, facts)

    def _published(
        self, candidate: Candidate, digest: str, lock: Lock, listing: list[str]
    ) -> str | None:
        """Return the immutable tag under which the image is published already, None when none."""
        repository = f"{self.to}/{candidate.image.language}"
        known = lock.entries.get(candidate.image.name)
        newest = tags.newest_first(candidate.image, listing)
        likely = [
            *([known.tag] if known and known.digest == digest else []),
            *(t.tag for t in newest[:1]),
        ]
        return next(
            (tag for tag in likely if self.registry.digest(f"{repository}:{tag}") == digest), None
        )

    def _upload(self, archive: Path, reference: str, digest: str) -> None:
        self._refuse_other(reference, digest, self.registry.digest(reference))
        self.registry.upload(archive, reference)
        self._refuse_other(reference, digest, self.registry.digest(reference), written=True)

    def _refuse_other(
        self, reference: str, digest: str, found: str | None, *, written: bool = False
    ) -> None:
        if found == digest or (found is None and not written):
            return
        raise RegistryError(
            f"`{reference}` holds another image: found `{found}`, not `{digest}`",
            "an immutable tag is never moved: publish a second time on one day with"
            f" `--build {self.build.partition('.')[0]}.1`, or a higher number",
        )
