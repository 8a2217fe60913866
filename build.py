#!/usr/bin/env python3
"""Entry point of the image builder; `./build.py --help` lists the commands."""

from imagebuild.cli.start import main

main(__file__)
