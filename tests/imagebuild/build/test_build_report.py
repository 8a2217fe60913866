import io

from imagebuild.build import build_report
from imagebuild.build.build_record import Entry
from imagebuild.build.progress import PlainProgress, choose
from imagebuild.build.scheduler import ParentFailedError
from imagebuild.build.steps import Action, Step
from imagebuild.errors import BuildError


def step(name: str, action: Action = Action.BUILD) -> Step:
    """Return a step without parents."""
    return Step(name, f"p/{name}:1", "key", (), action, "changed")


def entry(name: str, size: int = 31_600_000, seconds: float = 12.34) -> Entry:
    """Return what was built of `name`."""
    return Entry(name, f"p/{name}:1", "sha256:" + "ab" * 32, "key", size, seconds)


def test_summary_shows_each_image() -> None:
    """Result, compressed size, time and digest; a dash where there is none."""
    steps = [step("a"), step("b", Action.SKIP), step("c"), step("d")]
    entries = {"a": entry("a"), "b": entry("b", 0, 0)}
    failures = {"c": BuildError("x"), "d": ParentFailedError("y")}
    assert build_report.summary(steps, entries, failures).splitlines() == [
        "IMAGE  RESULT     SIZE     TIME    DIGEST",
        "p/a:1  built      31.6 MB  12.3 s  sha256:abababababab",
        "p/b:1  unchanged  -        -       sha256:abababababab",
        "p/c:1  FAILED     -        -       -",
        "p/d:1  not built  -        -       -",
    ]


def test_failures_are_one_message() -> None:
    """It counts them and says why each failed, not what was left out because of them."""
    failures = {"c": BuildError("why\nlog: path"), "d": ParentFailedError("y")}
    error = build_report.failed(failures, 4)
    assert error.message == "1 of 4 images failed\n\n`c`: why\nlog: path"
    assert "run it again" in error.hint


def shared(seconds: str, exit_code: int = 1, name: str = "x") -> BuildError:
    """Return the error of an image whose stage failed `seconds` after it began."""
    solve = f'process "/bin/sh -c go test" did not complete successfully: exit code: {exit_code}'
    return BuildError(
        f" > [build 3/3] RUN go test:\n{seconds} FAIL\n------\n"
        f"ERROR: failed to solve: {solve}\nlog: {name}.log"
    )


def test_a_shared_cause_is_told_once() -> None:
    """A stage that several images need fails for each of them, at another time."""
    failures = {"a": shared("4.2", name="a"), "b": shared("13.75", name="b"), "c": BuildError("y")}
    message = build_report.failed(failures, 4).message
    assert message.startswith("3 of 4 images failed\n\n`a`, `b`:  > [build 3/3]")
    assert message.count("FAIL") == 1
    assert message.endswith("log: a.log\n\n`c`: y")


def test_causes_that_differ_are_told_one_by_one() -> None:
    """Only times and logs are left out of the comparison."""
    failures = {"a": shared("4.2"), "b": shared("4.2", exit_code=2)}
    assert build_report.failed(failures, 2).message.count("FAIL") == 2


def test_image_above_its_limit_is_an_error() -> None:
    """The limit is in 10^6 bytes, compressed."""
    assert build_report.too_large(60_000_000, 60) is None
    error = build_report.too_large(60_100_000, 60)
    assert error is not None
    assert error.message == "the image is too large: `60.1 MB` compressed, its limit is 60 MB"


def test_progress_in_a_pipe_is_plain_lines() -> None:
    """Begin and end of each image, one line each."""
    stream = io.StringIO()
    progress = choose(stream)
    assert isinstance(progress, PlainProgress)
    progress.started("a", "changed")
    progress.line("a", "#1 RUN something")
    progress.ended("a", "built in 1.0 s, 31.6 MB")
    progress.close()
    assert stream.getvalue() == "a: building (changed)\na: built in 1.0 s, 31.6 MB\n"


def test_progress_on_a_terminal_shows_the_last_line() -> None:
    """A row while it runs, a line that stays when it is over."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    progress = choose(stream)
    progress.started("a", "changed")
    progress.line("a", "#1 RUN something")
    progress.ended("a", "built [1]")
    progress.close()
    assert "a: built [1]" in stream.getvalue()
