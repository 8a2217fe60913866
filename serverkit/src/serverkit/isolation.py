"""The wall between the shim's packages and the function's (IMAGE-8).

The shim imports all it needs first. Then its modules are taken out of `sys.modules` and its folder
out of `sys.path`: the function may install any version of any of them. A name that the function
has not installed itself is still found: `import bottle` yields the shim's own module,
so that `bottle.HTTPResponse` and `bottle.request` work as they did.

Processes that the function starts see the same packages, whatever starts them: `sys.path` is what
`multiprocessing` hands on, `PYTHONPATH` what any other child inherits.
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

PACKAGES = ("bottle", "cheroot", "jaraco", "more_itertools", "prometheus_client", "requestlogger")
FOR_CHILDREN = str(Path(__file__).with_name("for_children"))


class ShimModules:
    """Finds the shim's modules wherever `user_path` holds none of that name.

    A finder and a loader without their base classes, whose module is slow to import.
    """

    def __init__(self, modules: dict[str, ModuleType], user_path: list[str]) -> None:
        self.modules = modules
        self.user_path = user_path

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec whose loading yields the module that exists already."""
        if fullname not in self.modules:
            return None
        parent = fullname.rpartition(".")[0]
        if parent:
            if sys.modules.get(parent) is not self.modules.get(parent):
                return None  # a part of the function's own package
        elif PathFinder.find_spec(fullname, self.user_path):
            return None
        is_package = hasattr(self.modules[fullname], "__path__")
        return ModuleSpec(fullname, cast("Loader", self), is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the shim's module."""
        return self.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module has been executed already."""


def isolate(user_path: list[str], last_path: Sequence[str] = (FOR_CHILDREN,)) -> ShimModules:
    """Put `user_path` first, `last_path` last, and the shim's modules out of the way.

    Returns the finder of these. The environment is changed for the function's children.
    """
    modules = {
        name: module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES
    }
    for name in modules:
        del sys.modules[name]
    private = str(Path(__file__).resolve().parents[1])
    known = (private, "", *user_path, *last_path)
    sys.path[:] = [*user_path, *(entry for entry in sys.path if entry not in known), *last_path]
    # Not the rest of `last_path`: a child's own imports come after all of PYTHONPATH.
    os.environ["PYTHONPATH"] = os.pathsep.join([*user_path, FOR_CHILDREN])
    finder = ShimModules(modules, user_path)
    sys.meta_path.insert(0, finder)
    return finder
