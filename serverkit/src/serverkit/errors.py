"""The errors of serverkit. Their text is for the user: what failed, what was found, a hint."""

from collections.abc import Mapping
from types import MappingProxyType


class ServerkitError(Exception):
    """A reason not to start; the text is the message, its first line the cause."""

    exit_code = 1


class SettingsError(ServerkitError):
    """One or several settings can't be used; the text names all of them."""

    exit_code = 2


class LoadError(ServerkitError):
    """The function can't be loaded.

    `details` is what belongs on stderr above the cause: the user's own traceback.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class RequestError(Exception):
    """A request that is refused without a call, with its status and headers of its own."""

    def __init__(self, status: int, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class ConnectionLostError(Exception):
    """The client has gone, or has stopped reading or sending for too long."""
