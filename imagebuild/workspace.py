"""What a command works with, the same for all that it does."""

from dataclasses import dataclass
from pathlib import Path

from imagebuild import trust
from imagebuild.catalog.catalog import Catalog
from imagebuild.output import Output


@dataclass(frozen=True)
class Workspace:
    """The catalog with its repository, and what the options of a command say for all of it.

    `prefix` is the first part of the tags. `jobs` builds run at once; package clients trust
    `ca_bundle`, without one this machine's authorities.
    """

    catalog: Catalog
    prefix: str
    output: Output
    jobs: int = 1
    ca_bundle: Path | None = None

    @property
    def root(self) -> Path:
        """The repository's root."""
        return self.catalog.root

    @property
    def authorities(self) -> Path:
        """The CA bundle that package clients trust. Raises UsageError when there is none."""
        return (self.ca_bundle or trust.ca_bundle()).resolve()
