"""The settings: environment variables in, one checked value out. A leaf."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from serverkit.errors import SettingsError

Number = TypeVar("Number", int, float)


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

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from `environ`; an empty value counts as none.

        Raises SettingsError that names every bad setting at once, with its value (LOAD-12).
        """
        reader = _Reader(environ)
        timeout = reader.number("FUNC_TIMEOUT", 180.0, float, lambda n: n > 0, "over 0, in seconds")
        settings = cls(
            module=reader.text("MOD_NAME", required=True),
            handler=reader.text("FUNC_HANDLER", required=True),
            timeout=timeout,
            port=reader.number("FUNC_PORT", 8080, int, _between(1, 65535), "from 1 to 65535"),
            runtime=reader.text("FUNC_RUNTIME"),
            memory_limit=reader.text("FUNC_MEMORY_LIMIT"),
            install_volume=Path(reader.text("KUBELESS_INSTALL_VOLUME") or "/kubeless"),
            body_limit=int(
                reader.number("REQ_MB_LIMIT", 50.0, float, lambda n: n > 0, "over 0, in MiB")
                * 2**20
            ),
            workers=reader.number("FUNC_WORKERS", 16, int, _between(1, 1024), "from 1 to 1024"),
            concurrency=reader.number(
                "FUNC_CONCURRENCY", 128, int, _between(1, 65536), "from 1 to 65536"
            ),
            log_format=reader.choice("FUNC_LOG_FORMAT", ("apache", "json")),
            # LIFECYCLE-5: the grace is never shorter than the timeout.
            grace_period=max(
                timeout,
                reader.number(
                    "FUNC_GRACE_PERIOD", timeout + 5, float, lambda n: n >= 0, "of seconds"
                ),
            ),
        )
        if reader.problems:
            raise SettingsError("\n".join(reader.problems))
        return settings

    @property
    def source(self) -> Path:
        """The file that holds the function."""
        return self.install_volume / f"{self.module}.py"


def _between(low: int, high: int) -> Callable[[int], bool]:
    """Return a check for `low` to `high`, both included."""
    return lambda number: low <= number <= high


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, *, required: bool = False) -> str:
        """Return the variable, or an empty text; where `required`, its absence is a problem."""
        value = self.environ.get(name, "")
        if required and not value:
            self.problems.append(f"`{name}` is not set: set it to {_HINTS[name]}")
        return value

    def number(
        self,
        name: str,
        default: Number,
        kind: Callable[[str], Number],
        fits: Callable[[Number], bool],
        wanted: str,
    ) -> Number:
        """Return the variable as a finite number that `fits`, or `default` where it is unset."""
        value = self.environ.get(name, "").strip()
        if not value:
            return default
        try:
            number = kind(value)
            if math.isfinite(number) and fits(number):
                return number
        except ValueError:
            pass
        noun = "an integer" if kind is int else "a number"
        self.problems.append(f"`{name}` must be {noun} {wanted}, but is `{value}`")
        return default

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return the variable, which must be one of `choices`, or the first of them."""
        value = self.environ.get(name, "") or choices[0]
        if value not in choices:
            known = " or ".join(f"`{choice}`" for choice in choices)
            self.problems.append(f"`{name}` must be {known}, but is `{value}`")
        return value


_HINTS = {
    "MOD_NAME": "the function's file without `.py`",
    "FUNC_HANDLER": "the name of the function in that file",
}
