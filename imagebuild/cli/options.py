"""Options and arguments that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_CATALOG = ROOT / "images.yaml"
DEFAULT_JOBS = os.cpu_count() or 1

CatalogPath = Annotated[
    Path,
    typer.Option(
        "--catalog",
        metavar="PATH",
        show_default="images.yaml beside build.py",
        help="The catalog; its folder is the repository's root.",
    ),
]
Prefix = Annotated[
    str, typer.Option("--prefix", help="First part of the tags, instead of the catalog's.")
]
Selectors = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SELECTOR]...",
        help="python, python-3.13 or python-3.13-distroless; without any, all images.",
    ),
]
Runtime = Annotated[
    str,
    typer.Argument(
        metavar="[SELECTOR]", help="A language (its default version), or one runtime image."
    ),
]
ImageName = Annotated[
    str, typer.Argument(metavar="IMAGE", help="One image, as python-3.13-distroless.")
]
RuntimeName = Annotated[
    str, typer.Option("--image", help="The runtime (default: by the file's suffix).")
]
Requirements = Annotated[
    Path | None,
    typer.Option(
        "--requirements",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Its dependencies, in the language's own manifest.",
    ),
]
Legacy = Annotated[bool, typer.Option("--legacy", help="Versions past their end of life too.")]
Changed = Annotated[
    str,
    typer.Option(
        "--changed-since",
        metavar="REF",
        help="Only images that a change since this commit concerns.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many builds run at once.")]
Authorities = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Authorities that package clients trust, instead of this machine's.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Build what is unchanged too.")]
Environment = Annotated[
    list[str] | None, typer.Option("--env", "-e", metavar="NAME=VALUE", help="A setting.")
]
LockPath = Annotated[
    Path | None,
    typer.Option(
        "--lock", metavar="PATH", show_default="images.lock beside the catalog", help="The lock."
    ),
]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail where something would.")]
