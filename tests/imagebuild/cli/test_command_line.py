"""The command line: what each command prints, and how it ends."""

import datetime
import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker.errors
import pytest
import requests

from imagebuild.build import build as builder
from imagebuild.build.steps import Step
from imagebuild.catalog import schema
from imagebuild.cli import command_line
from imagebuild.errors import BuildError, EngineError
from imagebuild.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent.parent


class Outcome:
    """How a command ended: exit code, standard output, standard error."""

    def __init__(self, code: Any, output: str, errors: str) -> None:
        self.code = code or 0
        self.output = output
        self.errors = errors


class CommandLine:
    """Runs commands on the catalog of `tree`."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Outcome:
        """Run a command with --catalog."""
        return self.raw(*arguments, "--catalog", str(self.path))

    def raw(self, *arguments: str) -> Outcome:
        """Run a command exactly as given."""
        with pytest.raises(SystemExit) as ended:
            command_line.main(list(arguments))
        captured = self.capsys.readouterr()
        return Outcome(ended.value.code, captured.out, captured.err)


@pytest.fixture
def call(tree: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Return the command line on the catalog of `tree`."""
    return CommandLine(tree / "images.yaml", capsys)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no engine answer, so that nothing is known to be there."""
    monkeypatch.setattr("imagebuild.engine.engine.find", lambda: None)


def raise_(error: BaseException) -> Any:
    """Return a function that raises `error`, whatever it is called with."""

    def function(*_: object, **__: object) -> None:
        raise error

    return function


@pytest.mark.parametrize("name", command_line.COMMANDS)
def test_every_command_explains_itself(call: CommandLine, name: str) -> None:
    """--help says what it does and lists its options."""
    outcome = call.raw(name, "--help")
    assert outcome.code == 0
    assert f"build.py {name}" in outcome.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lst"], "no such command `lst`\nhint: did you mean `list`?\n"),
        (["build", "--nope"], "no such option: `--nope` (Possible options: `--force`)\n"),
        (["build", "--jobs", "0"], "invalid value for `--jobs` / `-j`: "),
        (["run", "/nope"], "invalid value for `FILE`: file `/nope` does not exist\n"),
        (["run", __file__], "missing option `--handler`\nhint: `build.py run -h` says "),
        (["run", __file__, "--handler=h", "--port=99999"], "invalid value for `--port`: "),
        (["run", __file__, "--handler=h", "--requirements=/"], "invalid value for `--requirem"),
        (["test", "--junit=/"], "invalid value for `--junit`: file `/` is a directory\n"),
        (["bench", f"--output={__file__}"], "invalid value for `--output`: dir"),
    ],
)
def test_a_wrong_command_line_is_told_like_any_other_mistake(
    call: CommandLine, arguments: list[str], message: str
) -> None:
    """One message with the value in backticks, and a hint."""
    outcome = call.raw(*arguments)
    assert outcome.code == 2
    assert outcome.errors.startswith(f"error: {message}")
    assert outcome.errors.count("\nhint: ") == 1


def test_without_a_command_all_of_them_are_shown(call: CommandLine) -> None:
    """Not as an error, but with its code."""
    outcome = call.raw()
    assert outcome.code == 2
    assert "Usage: build.py" in outcome.output
    assert not outcome.errors


@pytest.mark.parametrize("prefix", ["a b", "x/", "http://example.com/x", "a//b", "a/B", "-a"])
def test_a_prefix_that_no_tag_can_have_is_refused(call: CommandLine, prefix: str) -> None:
    """Before an engine is asked for anything."""
    outcome = call("list", f"--prefix={prefix}")
    assert outcome.code == 2
    assert outcome.errors.startswith(f"error: no tag of an image can begin with `{prefix}`")


def test_list_prints_plain_lines_into_a_pipe(call: CommandLine) -> None:
    """Legacy versions with their end of life included; no colours."""
    outcome = call("list")
    assert len(outcome.output.splitlines()) == 9
    assert "legacy, ended 2020-01-01" in outcome.output
    assert "\x1b" not in outcome.output


def test_list_json_is_a_matrix_without_legacy_versions(call: CommandLine) -> None:
    """A workflow builds what is supported."""
    matrix = json.loads(call("list", "--json").output)
    assert [job["selector"] for job in matrix["include"]] == ["esperanto-2.0", "esperanto-3.0"]


def test_list_takes_prefix_selectors_and_legacy(call: CommandLine) -> None:
    """The prefix is the first part of every tag."""
    outcome = call("list", "esperanto-2.0", "--json", "--legacy", "--prefix", "registry:5000/x")
    images = json.loads(outcome.output)["include"][0]["images"]
    assert images[1] == "registry:5000/x/esperanto:2.0"


def test_list_warns_of_lost_liveness_probes(call: CommandLine, tree: Path) -> None:
    """On stderr, so that the list stays a list."""
    text = (tree / "images.yaml").read_text(encoding="utf-8")
    path = tree / "images.yaml"
    path.write_text(text.replace("  esperanto:", "  esper_anto:"), encoding="utf-8")
    outcome = call("list")
    assert "warning: images.yaml:8: " in outcome.errors
    assert "warning" not in outcome.output


@pytest.mark.usefixtures("no_engine")
def test_plan_says_what_would_be_done_and_why(call: CommandLine) -> None:
    """Without an engine nothing is there yet."""
    lines = call("plan", "esperanto-2.0").output.splitlines()
    assert lines[0] == "build  prefix/base:trixie  (not there yet)"
    assert len(lines) == 4


@pytest.mark.usefixtures("no_engine")
def test_plan_json_holds_the_steps(call: CommandLine) -> None:
    """With content keys and parents."""
    steps = json.loads(call("plan", "esperanto-2.0-distroless", "--json").output)
    assert [step["name"] for step in steps] == ["base-trixie", "esperanto-2.0-distroless"]
    assert steps[1]["parents"] == ["base-trixie"]
    assert len(steps[1]["key"]) == 64


@pytest.mark.usefixtures("no_engine")
def test_build_hands_the_plan_on_and_prints_what_was_built(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--json is the record of the build."""
    seen: dict[str, Any] = {}

    def build(workspace: Workspace, steps: list[Step]) -> list[object]:
        seen.update(workspace=workspace, steps=[step.name for step in steps])
        return [{"tag": "t"}]

    monkeypatch.setattr(builder, "build", build)
    outcome = call("build", "esperanto-2.0-distroless", "--jobs", "3", "--json", "--prefix", "p")
    assert json.loads(outcome.output) == [{"tag": "t"}]
    assert seen["steps"] == ["base-trixie", "esperanto-2.0-distroless"]
    given = seen["workspace"]
    assert (given.jobs, given.prefix, given.ca_bundle) == (3, "p", None)


def test_an_unknown_image_ends_in_one_message(call: CommandLine) -> None:
    """With the nearest name, and no traceback."""
    outcome = call("plan", "esperantu")
    assert outcome.code == 2
    assert outcome.errors == (
        "error: there is no image called `esperantu`\nhint: did you mean `esperanto`?\n"
    )


def test_a_mistake_in_the_catalog_ends_in_one_message(call: CommandLine, tree: Path) -> None:
    """With file and line."""
    (tree / "images.yaml").write_text("prefix: [\n", encoding="utf-8")
    outcome = call("list")
    assert outcome.code == 3
    assert outcome.errors.startswith("error: images.yaml:2: not valid YAML")
    assert "\nhint: " in outcome.errors


@pytest.mark.parametrize("error", [BuildError("it broke"), EngineError("no engine", "start it")])
def test_each_error_has_its_exit_code(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, error: BuildError | EngineError
) -> None:
    """Whatever module it comes from."""
    monkeypatch.setattr(builder, "plan_steps", raise_(error))
    outcome = call("build")
    assert outcome.code == error.exit_code
    assert outcome.errors == f"error: {error}\n"


def test_ctrl_c_ends_with_130(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell expects, without a traceback."""
    monkeypatch.setattr(builder, "plan_steps", raise_(KeyboardInterrupt()))
    outcome = call("build")
    assert outcome.code == 130
    assert "Traceback" not in outcome.errors


def test_a_full_disk_ends_in_one_message(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That names the file and says what to do."""
    full = OSError(errno.ENOSPC, "No space left on device", "/some/file")
    monkeypatch.setattr(builder, "plan_steps", raise_(full))
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr("os.open", lambda *_: 0)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
    outcome = call("build")
    assert outcome.code == 6
    assert "`/some/file`" in outcome.errors
    assert "hint: free some space" in outcome.errors


def test_a_reader_that_leaves_ends_it_quietly(tree: Path) -> None:
    """`list | head -1` needs no traceback, however much or little is printed."""
    for command in (["list", f"--catalog={tree / 'images.yaml'}"], ["schema"]):
        words = [sys.executable, str(ROOT / "build.py"), *command]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""


@pytest.mark.parametrize(
    "error",
    [
        docker.errors.APIError("conflict"),
        docker.errors.DockerException("no version"),
        requests.ReadTimeout("timed out"),
    ],
)
def test_errors_of_the_docker_client_end_in_one_message(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Which says that it was the engine."""
    monkeypatch.setattr(builder, "plan_steps", raise_(error))
    outcome = call("build")
    assert outcome.code == EngineError.exit_code
    assert outcome.errors.startswith(f"error: the engine did not do what it was asked: {error}\n")


def test_a_file_of_another_user_ends_in_one_message(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a command was run as root."""
    denied = PermissionError(errno.EACCES, "Permission denied", "/some/file")
    monkeypatch.setattr(builder, "plan_steps", raise_(denied))
    outcome = call("build")
    assert outcome.code == 2
    assert "`/some/file`: Permission denied\nhint: " in outcome.errors


@pytest.mark.parametrize(
    "number", [errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.EROFS], ids=errno.errorcode.get
)
def test_what_is_in_the_way_is_named(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """As a file called .build, or a checkout that is mounted for reading."""
    monkeypatch.setattr(builder, "plan_steps", raise_(OSError(number, "is so", "/some/file")))
    outcome = call("build")
    assert outcome.code == 2
    assert outcome.errors.startswith("error: `/some/file` can't be written: is so\nhint: ")


def test_other_errors_of_the_system_keep_their_traceback(
    call: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug must not look like a mistake of the user."""
    monkeypatch.setattr(builder, "plan_steps", raise_(OSError(errno.EIO, "broken")))
    with pytest.raises(OSError, match="broken"):
        command_line.main(["build", "--catalog", str(call.path)])


def test_schema_is_printed(call: CommandLine) -> None:
    """The text that images.schema.json holds."""
    assert call.raw("schema").output == schema.render()


def test_generate_writes_the_schema_once(call: CommandLine, tree: Path) -> None:
    """--check fails before and passes after."""
    before = call("generate", "--check")
    assert before.code == 2
    assert "`images.schema.json`" in before.errors
    assert call("generate").output == "wrote images.schema.json\n"
    assert (tree / "images.schema.json").read_text(encoding="utf-8") == schema.render()
    assert call("generate", "--check").code == 0


def test_a_setting_without_a_value_is_refused(call: CommandLine, tmp_path: Path) -> None:
    """--env wants NAME=VALUE."""
    file = tmp_path / "f.eo"
    file.write_text("", encoding="utf-8")
    outcome = call("run", str(file), "--handler", "h", "--env", "NAME")
    assert outcome.code == 2
    assert "`NAME` is no setting" in outcome.errors


def test_today_is_a_date() -> None:
    """The same in every time zone."""
    from imagebuild.cli.common import today

    assert abs((today() - datetime.datetime.now(datetime.UTC).date()).days) <= 1
