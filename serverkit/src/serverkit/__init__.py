"""A server kit for functions in Python: hard deadlines, probes, metrics, one call a worker.

`Settings` says what to run, `load_function` loads it, `create_app` makes a WSGI application of it,
and `serve` runs it as a container does.
"""

from typing import TYPE_CHECKING, Any

from serverkit.settings import Settings

if TYPE_CHECKING:
    from serverkit.app import create_app
    from serverkit.loader import load_function
    from serverkit.serving import serve

__all__ = ["Settings", "create_app", "load_function", "serve"]

_MODULES = {"create_app": "app", "load_function": "loader", "serve": "serving"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for: the supervisor needs no Bottle, an app no pool."""
    if name not in _MODULES:
        raise AttributeError(f"module `serverkit` has no attribute `{name}`")
    from importlib import import_module

    return getattr(import_module(f"serverkit.{_MODULES[name]}"), name)
