"""Markers that several tests use, so that they share one container."""

import pytest

ONE_WORKER = {"FUNC_WORKERS": "1"}
ELSEWHERE = {"TZ": "Asia/Tokyo"}
"""A time zone that no log may be written in."""
PRINT_SETTINGS = {"FUNC_TIMEOUT": "1.5"}

HELLO = pytest.mark.function("hello", shared=True, **ELSEWHERE)
ECHO = pytest.mark.function("echo", shared=True)
VALUE = pytest.mark.function("value", shared=True, **ONE_WORKER)
RESPOND = pytest.mark.function("respond", shared=True)
FAIL = pytest.mark.function("fail", shared=True, **ONE_WORKER)
EXIT_SETTINGS = {"FUNC_WORKERS": "3"}
EXIT = pytest.mark.function("exit", shared=True, **EXIT_SETTINGS)
SLEEP = pytest.mark.function(
    "sleep",
    shared=True,
    FUNC_TIMEOUT="1",
    FUNC_WORKERS="5",
    FUNC_LOG_FORMAT="json",
    **ELSEWHERE,
)
PRINT = pytest.mark.function("print", shared=True, **PRINT_SETTINGS)

INSPECT = pytest.mark.function(
    "inspect",
    shared=True,
    FUNC_TIMEOUT="42.5",
    FUNC_RUNTIME="runtime-name",
    FUNC_MEMORY_LIMIT="128Mi",
    FUNC_LOG_FORMAT="json",
    EMPTY="",
    FUNC_WORKERS="",
    FUNC_IDLE_TIMEOUT="",
    GREETING="grüße",
)

COUNTER_SETTINGS = {"FUNC_WORKERS": "1", "REQ_MB_LIMIT": "0.5"}
COUNTER = pytest.mark.function("counter", shared=True, **COUNTER_SETTINGS)
"""One worker, so its count tells how many calls there have been."""
LIMIT_BYTES = 512 * 1024
