"""The first step of build.py: into the repository's environment. Standard library only."""

import os
import sys
from pathlib import Path


def main(script: str) -> None:
    """Run the command line in `.venv` beside `script`; exits with one sentence if it isn't there.

    `make setup` marks a complete environment with the file `.complete`.
    """
    environment = Path(script).resolve().parent / ".venv"
    if Path(sys.prefix).resolve() != environment:
        if not (environment / ".complete").exists():
            sys.exit("error: there is no complete environment in `.venv`\nhint: run `make setup`")
        python = str(environment / "bin" / "python")
        os.execv(python, [python, *sys.argv])  # noqa: S606 (no shell is wanted)
    from imagebuild import cli

    cli.main()
