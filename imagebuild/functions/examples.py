"""The examples of a language: functions, what they are asked, and what they must answer.

`examples/LANGUAGE/examples.toml` lists them; `make demo` and the test suite make the same calls.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imagebuild.errors import UsageError

FILE_NAME = "examples.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Table):
    """A request; the body is `json_body` as JSON, else the text `body`, else empty."""

    method: str = "POST"
    path: Annotated[str, Field(pattern="^/")] = "/"
    headers: dict[str, str] = {}
    body: str | None = None
    json_body: Any = None


class Answer(_Table):
    """What is expected: the status, these headers among others, and the body in one of its forms.

    `body` is the whole text, `json_body` the value that it holds, `contains` a part of the text.
    """

    status: int = 200
    headers: dict[str, str] = {}
    body: str | None = None
    contains: str | None = None
    json_body: Any = None


class Call(_Table):
    """One request and the answer it must get."""

    request: Request = Request()
    answer: Answer


class Example(_Table):
    """A function in the folder of the examples, as `build.py run` takes it, and calls of it."""

    title: str
    file: str
    handler: str
    dependencies: str | None = None
    environment: dict[str, str] = {}
    calls: Annotated[tuple[Call, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """The file's name without its extension."""
        return Path(self.file).stem


class _Document(_Table):
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]


def load(folder: Path) -> tuple[Example, ...]:
    """Read the list of the examples in `folder`. Raises UsageError when it is missing or wrong."""
    path = folder / FILE_NAME
    try:
        return _Document.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).examples
    except OSError as error:
        raise UsageError(f"can't read `{path}`: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UsageError(f"`{path}` is not a list of examples: {error}") from error
