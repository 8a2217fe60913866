"""The settings: environment variables in, one checked value out. A leaf."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from serverkit.errors import SettingsError

Value = TypeVar("Value", int, float, str)
MOST = 1_000_000  # LOAD-15: no number of a setting is larger
BODY_TIME = 300.0  # LIMITS-5: seconds a body may take at least


class Settings(NamedTuple):
    """What a runtime is told. Times are in seconds, sizes in bytes."""

    module: str
    handler: str
    timeout: float = 180.0
    port: int = 8080
    runtime: str = ""
    memory_limit: str = ""
    install_volume: Path = Path("/kubeless")
    body_limit: int = 50 * 2**20
    workers: int = 16
    concurrency: int = 128
    log_format: str = "apache"
    grace_period: float = 185.0
    idle_timeout: float = 120.0
    calls_per_worker: int = 1  # accepted as in all runtimes: a worker here executes one

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from `environ`; an empty value counts as none.

        Raises SettingsError that names every bad setting at once, with its value (LOAD-12).
        """
        reader = _Reader(environ)
        timeout = reader.decimal("FUNC_TIMEOUT", 180.0, "seconds")
        settings = cls(
            module=reader.text("MOD_NAME", required=True),
            handler=reader.text("FUNC_HANDLER", required=True),
            timeout=timeout,
            port=reader.whole("FUNC_PORT", 8080, 65_535),
            runtime=reader.text("FUNC_RUNTIME"),
            memory_limit=reader.text("FUNC_MEMORY_LIMIT"),
            install_volume=Path(reader.text("KUBELESS_INSTALL_VOLUME") or "/kubeless"),
            body_limit=int(reader.decimal("REQ_MB_LIMIT", 50.0, "MiB") * 2**20),
            workers=reader.whole("FUNC_WORKERS", 16, 1024),
            concurrency=reader.whole("FUNC_CONCURRENCY", 128, 65_536),
            log_format=reader.choice("FUNC_LOG_FORMAT", ("apache", "json")),
            # LIFECYCLE-5: the grace is never shorter than the timeout.
            grace_period=max(
                timeout,
                reader.decimal("FUNC_GRACE_PERIOD", timeout + 5, "seconds", may_be_zero=True),
            ),
            idle_timeout=reader.decimal("FUNC_IDLE_TIMEOUT", 120.0, "seconds"),
            calls_per_worker=reader.whole("FUNC_CALLS_PER_WORKER", 1, 1024),
        )
        if reader.problems:
            raise SettingsError("\n".join(reader.problems))
        return settings

    @property
    def source(self) -> Path:
        """The file that holds the function."""
        return self.install_volume / f"{self.module}.py"

    @property
    def body_time(self) -> float:
        """Seconds that a body may take to arrive (LIMITS-5)."""
        return max(BODY_TIME, self.timeout)


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, *, required: bool = False) -> str:
        """Return the variable, or an empty text; where `required`, its absence is a problem."""
        value = self.environ.get(name, "")
        if required and not value:
            self.problems.append(f"setting `{name}` is missing")  # LOAD-13
        return value

    def decimal(self, name: str, default: float, unit: str, *, may_be_zero: bool = False) -> float:
        """Return the variable as a number with or without decimals, or `default` where unset."""
        value = self.environ.get(name, "")
        if not value:  # LOAD-16
            return default
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):  # LOAD-15
            number = float(value)
            if number <= MOST and (number > 0 or may_be_zero):
                return number
        lowest = "" if may_be_zero else " greater than 0"
        return self._bad(name, default, f"a number of {unit}{lowest}, at most {MOST}")

    def whole(self, name: str, default: int, most: int) -> int:
        """Return the variable as a whole number from 1 to `most`, or `default` where unset."""
        value = self.environ.get(name, "")
        if not value:
            return default
        if re.fullmatch(r"[0-9]+", value) and len(value) < 100 and 1 <= int(value) <= most:
            return int(value)
        return self._bad(name, default, f"a whole number from 1 to {most}")

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return the variable, which must be one of `choices`, or the first of them."""
        value = self.environ.get(name, "") or choices[0]
        return value if value in choices else self._bad(name, value, f"one of {', '.join(choices)}")

    def _bad(self, name: str, default: Value, wanted: str) -> Value:
        """Note a bad value (LOAD-12) and return `default`."""
        self.problems.append(f"setting `{name}` is `{self.environ[name]}`, not {wanted}")
        return default
