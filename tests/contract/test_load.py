"""Chapter LOAD of SPEC.md."""

import re

import pytest

from tests.support.launcher import Failure
from tests.support.orders import INSPECT
from tests.support.server import Server

ABSENT = pytest.mark.function("hello", FUNC_HANDLER="absent")
BAD = {
    "FUNC_TIMEOUT": "soon",
    "FUNC_PORT": "65536",
    "REQ_MB_LIMIT": "-1",
    "FUNC_WORKERS": "0",
    "FUNC_CONCURRENCY": "1.5",
    "FUNC_LOG_FORMAT": "xml",
    "FUNC_GRACE_PERIOD": "-3",
}


def refusal(**settings: str | None) -> pytest.MarkDecorator:
    """Ask for a runtime that refuses to start: it needs no network, which takes time to set up."""
    return pytest.mark.function("hello", network_mode="none", **settings)


@pytest.mark.clause("LOAD-1")
@pytest.mark.function("hello", empty=True)
def test_missing_module(failure: Failure) -> None:
    """A module that isn't there ends the runtime within ten seconds."""
    assert failure.exit_code != 0
    assert failure.seconds < 10


@pytest.mark.clause("LOAD-2")
@ABSENT
def test_missing_handler(failure: Failure) -> None:
    """The message for a missing handler lists what is there instead."""
    handler = failure.names.handler
    assert failure.exit_code != 0
    assert f"`{handler}`" in failure.stderr or f"`{handler.split('.')[-1]}`" in failure.stderr


@pytest.mark.clause("LOAD-3")
@pytest.mark.function("load_syntax")
def test_syntax_error(failure: Failure) -> None:
    """A syntax error is told with file and line."""
    assert failure.exit_code != 0
    assert re.search(rf"{re.escape(failure.names.file)}\D{{1,20}}3\b", failure.stderr)


@pytest.mark.clause("LOAD-4")
@pytest.mark.function("load_import")
def test_missing_dependency(failure: Failure) -> None:
    """A dependency that isn't installed is named."""
    assert failure.exit_code != 0
    assert re.search("missing.?dependency", failure.stderr, re.IGNORECASE)


@pytest.mark.clause("LOAD-5")
@pytest.mark.function("load_throw")
def test_throwing_module(failure: Failure) -> None:
    """An error while the module loads keeps its traceback."""
    assert failure.exit_code != 0
    assert "expected load failure" in failure.stderr
    assert failure.names.file in failure.stderr


@pytest.mark.clause("LOAD-6")
@pytest.mark.function("load_uncallable")
def test_uncallable_handler(failure: Failure) -> None:
    """A handler that can't be called is named."""
    assert failure.exit_code != 0
    assert failure.names.handler in failure.stderr


@pytest.mark.clause("LOAD-7")
@ABSENT
def test_cause(failure: Failure) -> None:
    """The cause is one line, on stderr and in the termination log."""
    cause, *_ = [*failure.termination_log.splitlines(), ""]
    assert "absent" in cause
    assert cause in failure.stderr.splitlines()


@pytest.mark.clause("LOAD-8")
@ABSENT
def test_health_of_a_failure(failure: Failure) -> None:
    """What couldn't load its function was never healthy."""
    assert failure.exit_code != 0
    assert 200 not in failure.health


@pytest.mark.clause("LOAD-9")
@pytest.mark.function("slow_load")
def test_listens_last(server: Server) -> None:
    """Nobody can connect during the two seconds that this module takes to load."""
    assert server.listening_after >= 2
    assert server.call().text == "hello world"


@pytest.mark.clause("LOAD-10")
@INSPECT
def test_environment(server: Server) -> None:
    """The function sees the container's variables, empty ones too."""
    environment = server.get().json()["environment"]
    assert environment["EMPTY"] == ""
    assert environment["GREETING"] == "grüße"


def is_told(name: str, value: str, text: str) -> bool:
    """Whether `text` names a setting and then, before it names another one, the value."""
    parts = re.split(rf"\n|(?={'|'.join(BAD)})", text)
    whole = re.compile(rf"(?<![\w.-]){re.escape(value)}(?![\w.])")
    return any(part.startswith(name) and whole.search(part) for part in parts)


@pytest.mark.clause("LOAD-11")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, marks=refusal(**{name: value}))
        for name, value in [*BAD.items(), ("FUNC_TIMEOUT", "0")]
    ],
)
def test_bad_setting(failure: Failure, name: str, value: str) -> None:
    """A value that is out of its range, or of another kind, is refused."""
    assert failure.exit_code != 0
    assert is_told(name, value, failure.stderr)


@pytest.mark.clause("LOAD-12")
@refusal(**BAD)
def test_all_bad_settings(failure: Failure) -> None:
    """All bad settings are named at once, with their values."""
    assert failure.exit_code != 0
    assert [name for name in BAD if not is_told(name, BAD[name], failure.stderr)] == []


@pytest.mark.clause("LOAD-13")
@pytest.mark.parametrize(
    "variable",
    [pytest.param(name, marks=refusal(**{name: None})) for name in ("MOD_NAME", "FUNC_HANDLER")],
)
def test_missing_setting(failure: Failure, variable: str) -> None:
    """A missing setting that has no default is named."""
    assert failure.exit_code != 0
    assert variable in failure.stderr
