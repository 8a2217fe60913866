"""Loading the function."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverkit.errors import LoadError
from serverkit.loader import load_function, report, user_path
from serverkit.settings import Settings


@pytest.fixture(autouse=True)
def clean_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test has imported."""
    import sys

    before = dict(sys.modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in set(sys.modules) - set(before):
        del sys.modules[name]


def load(settings: Settings, source: str) -> LoadError:
    """Return the error of a function that doesn't load."""
    settings.source.write_text(source)
    with pytest.raises(LoadError) as caught:
        load_function(settings)
    return caught.value


def test_function(settings: Settings) -> None:
    """A function is returned as it is."""
    settings.source.write_text("def handler(event, context): return event")
    assert load_function(settings)({"a": 1}, {}) == {"a": 1}


def test_missing_module(settings: Settings) -> None:
    """A missing module is told with those that are there."""
    (settings.install_volume / "other.py").touch()
    with pytest.raises(LoadError, match="module `function` not found.*`other`"):
        load_function(settings)


def test_missing_handler(settings: Settings) -> None:
    """A missing handler is told with the names that are there."""
    error = load(settings, "def one(event, context): pass\ndef two(event, context): pass")
    assert re.search("`handler` not found in .*: it has `one`, `two`", str(error))


def test_uncallable(settings: Settings) -> None:
    """A handler that can't be called is told with its type."""
    assert "`str`" in str(load(settings, "handler = 'text'"))


def test_syntax_error(settings: Settings) -> None:
    """A syntax error is told with file and line."""
    error = load(settings, "\n\ndef handler(:\n")
    assert f"`{settings.source}` line 3" in str(error)
    assert "SyntaxError" in error.details


def test_missing_dependency(settings: Settings) -> None:
    """A dependency that isn't installed is named."""
    assert "`no_such_package`" in str(load(settings, "import no_such_package"))


def test_error_while_loading(settings: Settings) -> None:
    """An error keeps its traceback, from the user's first line on; the cause is one line."""
    error = load(settings, "def inner():\n    raise ValueError('a\\nb')\ninner()")
    assert "ValueError: a b" in str(error)
    assert error.details.splitlines()[1].strip() == f'File "{settings.source}", line 3, in <module>'
    assert "in inner" in error.details


@pytest.mark.parametrize("code", ["5", "0", "'text'"])
def test_exit_while_loading(settings: Settings, code: str) -> None:
    """A module that exits can't be loaded, whatever its code (LOAD-14)."""
    assert load(settings, f"import sys; sys.exit({code})").exit_code == 1


def test_name_of_the_module(tmp_path: Path) -> None:
    """A module with the name of one in the standard library shadows nothing."""
    import sys

    settings = Settings(module="json", handler="handler", install_volume=tmp_path)
    settings.source.write_text("handler = lambda event, context: __name__")
    before = sys.modules["json"]
    assert load_function(settings)({}, {}) == "function"
    assert sys.modules["json"] is before


def test_user_path(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed packages come first, then PYTHONPATH, then the install volume."""
    import sys

    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = settings.install_volume / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", "/one:/two")
    path = user_path(settings)
    assert path == [str(packages), "/one", "/two", str(settings.install_volume)]


def test_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The cause goes to stderr, after the traceback, and alone to the termination log."""
    log = tmp_path / "log"
    log.touch()
    report(LoadError("the cause", "the traceback\n"), log)
    assert capsys.readouterr().err == "the traceback\nthe cause\n"
    assert log.read_text() == "the cause\n"


def test_report_without_log(tmp_path: Path) -> None:
    """A termination log that isn't there isn't made."""
    report(LoadError("the cause"), tmp_path / "log")
    assert not (tmp_path / "log").exists()
