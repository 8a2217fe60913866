"""Base images: a Debian suite made by mmdebstrap and imported into the engine."""

import shlex
import tempfile
from pathlib import Path

from imagebuild.build import labels
from imagebuild.build.steps import Step
from imagebuild.engine import mmdebstrap
from imagebuild.engine.engine import Engine
from imagebuild.errors import UsageError
from imagebuild.process import Processes

EPOCH = "1577836800"
"""Newest time of a file in a base (2020-01-01): the same packages give the same files."""

APT_FILE = "/etc/apt/apt.conf.d/90no-caches"
APT_CONFIGURATION = """\
APT::Keep-Downloaded-Packages "false";
Acquire::Languages "none";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };
"""
"""Of the image: apt leaves no caches of its own in the layers built on it."""

EXPIRED = '--aptopt=Acquire::Check-Valid-Until "false"'
"""Also kept in the image's apt configuration, for builds on that base."""

LEFTOVERS = (
    "/var/cache/apt/*.bin",
    "/var/cache/ldconfig/aux-cache",
    "/var/lib/dpkg/*-old",
    "/var/log/*.log",
)


def make(
    step: Step, platform: str, engine: Engine, processes: Processes, log: Path, work: Path
) -> None:
    """Make the base image of `step` for `platform` and tag it. `work` is a folder for big files.

    Raises ProcessError, DiskFullError or EngineError; the tag then is what it was before.
    """
    base = step.base
    if base is None or base.suite is None:
        raise UsageError(f"`{step.name}` is not made from a Debian suite")
    mmdebstrap.install(processes, log)
    options = (
        f"--architectures={platform.split('/')[1]}",
        f'--customize-hook=cd "$1" && rm -f {" ".join(f".{path}" for path in LEFTOVERS)}',
        f'--customize-hook=printf %s {shlex.quote(APT_CONFIGURATION)} > "$1{APT_FILE}"',
        *(() if base.check_valid_until else (EXPIRED,)),
    )
    with tempfile.TemporaryDirectory(dir=work, ignore_cleanup_errors=True) as folder:
        archive = Path(folder) / "root.tar"
        processes.run(
            mmdebstrap.command(base.suite, archive, base.packages, options),
            log=log,
            environment={"SOURCE_DATE_EPOCH": EPOCH, "TMPDIR": folder},
        )
        changes = [f'LABEL "{name}"="{value}"' for name, value in _labels(step).items()]
        processes.run(
            [
                *engine.docker,
                "import",
                f"--platform={platform}",
                *(f"--change={change}" for change in [*changes, 'CMD ["/bin/sh"]']),
                str(archive),
                step.tag,
            ],
            log=log,
            environment=engine.environment,
        )


def _labels(step: Step) -> dict[str, str]:
    suite = step.base.suite if step.base else None
    return {**labels.own(step.key, ()), labels.TITLE: f"Debian {suite}", labels.VERSION: str(suite)}
