"""Errors: one message that says what to do next."""

from imagebuild import errors


def test_message_and_hint_are_two_lines() -> None:
    """The hint is on a line of its own."""
    assert str(errors.UsageError("no `x`", "say y")) == "no `x`\nhint: say y"


def test_without_a_hint_there_is_no_hint_line() -> None:
    """An error that has nothing to advise is its message."""
    assert str(errors.BuildError("it broke")) == "it broke"


def test_each_kind_has_its_own_exit_code() -> None:
    """A script can tell the errors apart."""
    kinds = [
        kind
        for kind in errors.ImageBuildError.__subclasses__()
        if kind.__module__ == errors.__name__
    ]
    assert len({kind.exit_code for kind in kinds}) == len(kinds)


def test_suggestion_names_the_nearest() -> None:
    """A slip of the finger is answered with the name that was meant."""
    assert errors.suggestion("pyton", ["python", "go"]) == "did you mean `python`?"


def test_suggestion_lists_all_when_none_is_near() -> None:
    """Where nothing is close the user sees what there is."""
    assert errors.suggestion("zzz", ["b", "a"]) == "valid names are `a`, `b`"


def test_suggestion_without_any_name() -> None:
    """An empty list is said to be empty."""
    assert errors.suggestion("zzz", []) == "there are none yet"
