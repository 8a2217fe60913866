"""Chapter LOAD of SPEC.md."""

import re
from pathlib import Path

import pytest

from tests.support.launcher import Failure
from tests.support.orders import INSPECT
from tests.support.server import Server

ABSENT = pytest.mark.function("hello", FUNC_HANDLER="absent")
GRAMMAR = {  # values that are refused, by setting: a container for each place
    "FUNC_TIMEOUT": ["soon", "0", "1e3", "1000000.1"],
    "FUNC_PORT": ["65536", "0", "+80", "8080.0"],
    "REQ_MB_LIMIT": ["-1", "0.0", "1.", "inf"],
    "FUNC_WORKERS": ["0", "1025", " 4", "0x10"],
    "FUNC_CONCURRENCY": ["1.5", "65537", "1_000", "\u0663"],
    "FUNC_LOG_FORMAT": ["xml", "JSON", "apache ", "combined"],
    "FUNC_GRACE_PERIOD": ["-3", "nan", ".5", "2 "],
    "FUNC_IDLE_TIMEOUT": ["0", "1000001", "1,5", "1s"],
    "FUNC_CALLS_PER_WORKER": ["0", "1025", "2.0", "all"],
}
BAD = [dict(zip(GRAMMAR, values, strict=True)) for values in zip(*GRAMMAR.values(), strict=True)]
TABLE = (Path(__file__).parent.parent.parent / "SPEC.md").read_text(encoding="utf-8")
WANTED = dict(re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| ([^|]+) \|", TABLE, re.MULTILINE))


def refusal(**settings: str | None) -> pytest.MarkDecorator:
    """Ask for a runtime that refuses to start: it needs no network, which takes time to set up."""
    return pytest.mark.function("hello", network_mode="none", **settings)


@pytest.mark.clause("LOAD-1", "LOAD-14")
@pytest.mark.function("hello", empty=True)
def test_missing_module(failure: Failure) -> None:
    """A module that isn't there ends the runtime within ten seconds."""
    assert failure.exit_code == 1
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


@pytest.mark.clause("LOAD-7", "LOAD-2")
@ABSENT
def test_cause(failure: Failure) -> None:
    """The cause is one line, on stderr and in the termination log."""
    cause, *_ = [*failure.termination_log.splitlines(), ""]
    assert "absent" in cause
    assert cause in failure.stderr.splitlines()


@pytest.mark.clause("LOAD-7", "LOAD-8")
@pytest.mark.function("load_throw")
def test_cause_of_a_throw(failure: Failure) -> None:
    """The cause of what throws while it is loaded is told likewise, and it was never healthy."""
    cause, *_ = [*failure.termination_log.splitlines(), ""]
    assert "expected load failure" in cause
    assert cause in failure.stderr.splitlines()
    assert 200 not in failure.health


@pytest.mark.clause("LOAD-8", "LOAD-2")
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


@pytest.mark.clause("LOAD-16")
@INSPECT
def test_empty_settings(server: Server) -> None:
    """A setting without a value is as good as none."""
    environment = server.get().json()["environment"]
    assert (environment["FUNC_WORKERS"], environment["FUNC_IDLE_TIMEOUT"]) == ("", "")


@pytest.mark.clause("LOAD-11", "LOAD-12", "LOAD-15")
@pytest.mark.parametrize(
    "bad", [pytest.param(settings, marks=refusal(**settings)) for settings in BAD]
)
def test_bad_settings(failure: Failure, bad: dict[str, str]) -> None:
    """Values of another range or form are refused, all at once, with what is wanted."""
    assert failure.exit_code == 2
    told = [f"setting `{name}` is `{value}`, not {WANTED[name]}" for name, value in bad.items()]
    assert [line for line in told if line not in failure.stderr] == []


@pytest.mark.clause("LOAD-13", "LOAD-16")
@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(name, marks=refusal(**{name: value}), id=name)
        for name, value in (("MOD_NAME", None), ("FUNC_HANDLER", ""))
    ],
)
def test_missing_setting(failure: Failure, missing: str) -> None:
    """A setting that has no default must be there, and not be empty."""
    assert failure.exit_code == 2
    assert f"setting `{missing}` is missing" in failure.stderr
