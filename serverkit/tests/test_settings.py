"""The settings."""

from pathlib import Path

import pytest

from serverkit.errors import SettingsError
from serverkit.settings import Settings

REQUIRED = {"MOD_NAME": "hello", "FUNC_HANDLER": "handler"}


def test_defaults() -> None:
    """Without further variables, the defaults of SPEC.md hold."""
    settings = Settings.from_environment(REQUIRED)
    assert settings == Settings(module="hello", handler="handler")
    assert settings.source == Path("/kubeless/hello.py")


def test_values() -> None:
    """Each variable is read; timeouts and limits may have decimals."""
    settings = Settings.from_environment(
        {
            **REQUIRED,
            "FUNC_TIMEOUT": "0.5",
            "FUNC_PORT": "9000",
            "FUNC_RUNTIME": "python3.13",
            "FUNC_MEMORY_LIMIT": "128Mi",
            "KUBELESS_INSTALL_VOLUME": "/volume",
            "REQ_MB_LIMIT": "0.5",
            "FUNC_WORKERS": "1024",
            "FUNC_CONCURRENCY": "1",
            "FUNC_LOG_FORMAT": "json",
            "FUNC_GRACE_PERIOD": "2.5",
            "FUNC_IDLE_TIMEOUT": "7",
            "FUNC_CALLS_PER_WORKER": "8",
        }
    )
    assert settings == Settings(
        module="hello",
        handler="handler",
        timeout=0.5,
        port=9000,
        runtime="python3.13",
        memory_limit="128Mi",
        install_volume=Path("/volume"),
        body_limit=2**19,
        workers=1024,
        concurrency=1,
        log_format="json",
        grace_period=2.5,
        idle_timeout=7.0,
        calls_per_worker=8,
    )


def test_grace_is_no_shorter_than_the_timeout() -> None:
    """A grace under the timeout is raised to it."""
    assert Settings.from_environment({**REQUIRED, "FUNC_GRACE_PERIOD": "0"}).grace_period == 180


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_missing(name: str, value: str | None) -> None:
    """A missing variable without a default is named; an empty one is as good as missing."""
    environ = {key: text for key, text in {**REQUIRED, name: value}.items() if text is not None}
    with pytest.raises(SettingsError, match=f"setting `{name}` is missing"):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        "0",
        "0.0",
        "-1",
        "+1",
        "nan",
        "inf",
        "1e3",
        "1.",
        ".5",
        " 1",
        "1_0",
        "1000000.5",
        "\u0663",
    ],
)
def test_bad_timeout(value: str) -> None:
    """A timeout is digits, with decimals or without, over 0 and not too large (LOAD-15)."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({**REQUIRED, "FUNC_TIMEOUT": value})
    wanted = "a number of seconds greater than 0, at most 1000000"
    assert str(caught.value) == f"setting `FUNC_TIMEOUT` is `{value}`, not {wanted}"


def test_empty() -> None:
    """An empty value is as good as none (LOAD-16)."""
    names = ("FUNC_TIMEOUT", "FUNC_PORT", "REQ_MB_LIMIT", "FUNC_LOG_FORMAT", "FUNC_IDLE_TIMEOUT")
    settings = Settings.from_environment({**REQUIRED, **dict.fromkeys(names, "")})
    assert settings == Settings(module="hello", handler="handler")


def test_all_at_once() -> None:
    """All that is wrong is said at once, with the values found."""
    bad = {
        "FUNC_TIMEOUT": "soon",
        "FUNC_PORT": "65536",
        "REQ_MB_LIMIT": "-1",
        "FUNC_WORKERS": "0",
        "FUNC_CONCURRENCY": "1.5",
        "FUNC_LOG_FORMAT": "xml",
        "FUNC_GRACE_PERIOD": "-3",
        "FUNC_CALLS_PER_WORKER": "1025",
    }
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(bad)
    text = str(caught.value)
    assert all(name in text and f"`{value}`" in text for name, value in bad.items())
    assert all(name in text for name in REQUIRED)
