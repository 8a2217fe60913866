#!/usr/bin/env python3
"""Entry point of the image builder; `./build.py --help` lists the commands."""
import os, sys  # noqa: E401
environment = os.path.join(os.path.dirname(os.path.abspath(__file__)), ".venv")
if sys.prefix != environment:
    if not os.path.exists(os.path.join(environment, ".complete")):
        sys.exit("build.py: there is no complete environment in `.venv`\nhint: run `make setup`")
    os.execv(os.path.join(environment, "bin", "python"), ["python", *sys.argv])
from imagebuild.cli import main; main()  # noqa: E402, E702
