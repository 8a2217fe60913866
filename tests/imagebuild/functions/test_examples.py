from pathlib import Path

import pytest

from imagebuild.errors import UsageError
from imagebuild.functions.examples import load

LIST = """
[[examples]]
title = "says hello"
file = "hello_there.py"
handler = "handler"
dependencies = "hello.txt"
environment = {NAME = "value"}

[[examples.calls]]
request = {method = "PUT", path = "/a?b=c", json_body = {x = 1}}
answer = {status = 201, headers = {Location = "/a"}, contains = "hello"}

[[examples.calls]]
answer = {body = "hello"}
"""


def test_reads_examples_with_their_calls(tmp_path: Path) -> None:
    """What isn't said has a default: POST /, status 200."""
    (tmp_path / "examples.toml").write_text(LIST, encoding="utf-8")
    (example,) = load(tmp_path)
    assert (example.name, example.dependencies) == ("hello_there", "hello.txt")
    first, second = example.calls
    assert (first.request.method, first.request.json_body) == ("PUT", {"x": 1})
    assert (second.request.method, second.request.path, second.answer.status) == ("POST", "/", 200)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "examples"),
        ("[[examples]\n", "not a list of examples"),
        (LIST.replace("title", "titel"), "titel"),
        (LIST.replace('"/a?b=c"', '"a"'), "path"),
    ],
)
def test_names_the_mistake(tmp_path: Path, text: str, message: str) -> None:
    """A wrong list is answered with its path and the mistake."""
    (tmp_path / "examples.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as error:
        load(tmp_path)
    assert str(tmp_path / "examples.toml") in error.value.message


def test_says_that_there_is_no_list(tmp_path: Path) -> None:
    """A language without examples is a usage error."""
    with pytest.raises(UsageError, match="can't read"):
        load(tmp_path)
