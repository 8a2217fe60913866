"""Becomes the function's module, where its file has a name that an import can't use.

`multiprocessing` asks for it when a child unpickles what the function's module defines.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def _become_function() -> None:
    """Execute the function's file in the place of this module."""
    volume = Path(os.environ.get("KUBELESS_INSTALL_VOLUME") or "/kubeless")
    spec = spec_from_file_location("function", volume / f"{os.environ['MOD_NAME']}.py")
    assert spec  # a file that ends in .py has both
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["function"] = module
    spec.loader.exec_module(module)


_become_function()
