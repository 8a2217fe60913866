"""Loading the function: its file in, a callable out, or one LoadError that says why not."""

import importlib.util
import linecache
import os
import site
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from serverkit.errors import LoadError, ServerkitError
from serverkit.isolation import FOR_CHILDREN, PACKAGES
from serverkit.settings import Settings

Function = Callable[[dict[str, Any], dict[str, Any]], Any]
TERMINATION_LOG = Path("/dev/termination-log")
RESERVED = sys.stdlib_module_names | set(PACKAGES)


def user_path(settings: Settings) -> list[str]:
    """Return the folders modules of the function come from, those of `PYTHONPATH` included.

    First the packages its installation phase has installed, then the install volume itself.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = settings.install_volume / "lib" / version / "site-packages"
    before = set(sys.path)
    if packages.is_dir():
        site.addsitedir(str(packages))  # honours the .pth files of packages
    linked = [entry for entry in sys.path if entry not in before]
    own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    volume = [] if settings.module in RESERVED else [str(settings.install_volume)]
    path = [*linked, *(entry for entry in own if entry), *volume]
    return list(dict.fromkeys(path))


def last_path(settings: Settings) -> list[str]:
    """Return the folders that come after the standard library.

    The install volume is one if the function has the name of a module that others import, because
    they would get the function instead.
    """
    volume = str(settings.install_volume)
    return [volume, FOR_CHILDREN] if settings.module in RESERVED else [FOR_CHILDREN]


def load_function(settings: Settings) -> Function:
    """Import `settings.module` from the install volume and return its handler.

    Raises LoadError with a one-line cause, and the user's own traceback where there is one.
    """
    if not settings.source.is_file():
        raise LoadError(f"module `{settings.module}` not found: {_files(settings)}")
    module = _execute(settings)
    function = getattr(module, settings.handler, None)
    if not hasattr(module, settings.handler):
        raise LoadError(
            f"function `{settings.handler}` not found in `{settings.source}`: {_names(module)}"
        )
    if not callable(function):
        raise LoadError(
            f"`{settings.handler}` in `{settings.source}` can't be called: "
            f"it is of type `{type(function).__name__}`"
        )
    return cast("Function", function)


def report(error: ServerkitError, log: Path = TERMINATION_LOG) -> None:
    """Write an error to stderr, and its text to the termination log if it's writable (LOAD-7)."""
    details = error.details if isinstance(error, LoadError) else ""
    sys.stderr.write(f"{details}{error}\n")
    sys.stderr.flush()
    try:
        if log.exists():
            log.write_text(f"{error}\n", encoding="utf-8")
    except OSError:
        pass  # not there or not ours to write: stderr has it


def _execute(settings: Settings) -> ModuleType:
    """Run the module's code and return the module."""
    name = _name(settings)
    spec = importlib.util.spec_from_file_location(name, settings.source)
    assert spec  # a file that ends in .py has both
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        where = f"`{error.filename}` line {error.lineno}"
        raise LoadError(f"syntax error in {where}: {error.msg}", _traceback(error)) from None
    except ModuleNotFoundError as error:
        raise LoadError(
            f"module `{settings.module}` can't be loaded: dependency `{error.name}` is not "
            f"installed (is it in requirements.txt?)",
            _traceback(error),
        ) from None
    except SystemExit as error:
        raise LoadError(
            f"module `{settings.module}` exits while it loads", _traceback(error)
        ) from None
    except BaseException as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise LoadError(
            f"module `{settings.module}` can't be loaded: {cause}", _traceback(error)
        ) from None
    return module


def _name(settings: Settings) -> str:
    """Return the name of the module: its file's, unless an import of that yields another module."""
    name = settings.module
    if name.isidentifier() and name not in sys.modules and name not in RESERVED:
        found = importlib.util.find_spec(name)
        if found is None or found.origin == str(settings.source):
            return name
    return "function"  # as the Kubeless runtime called it; children know it too (for_children)


def _traceback(error: BaseException) -> str:
    """Return the traceback without the frames of the loader and of the import system."""
    linecache.checkcache()
    entry = error.__traceback__
    while entry and (
        entry.tb_frame.f_code.co_filename == __file__
        or "importlib" in entry.tb_frame.f_code.co_filename
    ):
        entry = entry.tb_next
    return "".join(traceback.format_exception(type(error), error, entry))


def _files(settings: Settings) -> str:
    """Say which modules the install volume holds."""
    names = sorted(path.stem for path in settings.install_volume.glob("*.py"))
    found = ", ".join(f"`{name}`" for name in names[:10]) or "no Python file"
    return f"`{settings.install_volume}` holds {found}"


def _names(module: ModuleType) -> str:
    """Say which functions the module holds."""
    names = [
        name for name, value in vars(module).items() if callable(value) and not name.startswith("_")
    ]
    return "it has " + (", ".join(f"`{name}`" for name in names[:20]) or "no function")
