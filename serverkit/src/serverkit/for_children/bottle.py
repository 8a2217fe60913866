"""Becomes the shim's Bottle, which is in no folder of the import path (IMAGE-8)."""

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

_HERE = Path(__file__).parent


def _become_bottle() -> None:
    """Execute the shim's Bottle in the place of this module."""
    folders = [entry for entry in sys.path if Path(entry) != _HERE]
    spec = PathFinder.find_spec("bottle", [str(_HERE.parents[1]), *folders])
    assert spec  # serverkit requires Bottle
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["bottle"] = module
    spec.loader.exec_module(module)


_become_bottle()
