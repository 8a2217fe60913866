"""The same functions for functions-framework, which runs as it does in production."""

import time
from typing import Any


def hello(request: Any) -> str:
    """Answer at once."""
    return "hello world"


def sleep(request: Any) -> str:
    """Wait as long as the request says."""
    time.sleep(request.get_json()["seconds"])
    return "slept"
