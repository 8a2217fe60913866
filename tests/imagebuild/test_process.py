import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from imagebuild.errors import DiskFullError, ProcessError
from imagebuild.interrupts import interruptible
from imagebuild.process import Cancelled, Processes, start_daemon
from imagebuild.process_errors import last_lines


def test_output_is_returned_logged_and_passed_on(tmp_path: Path) -> None:
    """The log holds the command, then both streams; each line is also passed on as it comes."""
    log = tmp_path / "log"
    lines: list[str] = []
    output = Processes().run(
        ["sh", "-c", "echo $NAME; echo err >&2"],
        log=log,
        environment={"NAME": "out"},
        on_line=lines.append,
    )
    assert output == "out\nerr\n"
    assert lines == ["out\n", "err\n"]
    assert log.read_text() == "$ sh -c 'echo $NAME; echo err >&2'\nout\nerr\n"


def test_data_is_what_a_program_writes_to_stdout() -> None:
    """A warning beside it is no part of it; of a failure it is the reason."""
    processes = Processes()
    assert processes.read(["sh", "-c", "echo warning >&2; echo data"]) == "data\n"
    with pytest.raises(ProcessError, match="ended with 3") as caught:
        processes.read(["sh", "-c", "echo data; echo why >&2; exit 3"])
    assert caught.value.output == "why"


def test_failure_tells_command_code_and_last_lines() -> None:
    """A program that fails raises an error with what it said last."""
    with pytest.raises(ProcessError, match="`sh -c 'echo why; exit 3'` ended with 3") as caught:
        Processes().run(["sh", "-c", "echo why; exit 3"])
    assert caught.value.output == "why"


def test_missing_program_is_named() -> None:
    """A program that isn't there is one message with a hint."""
    with pytest.raises(ProcessError, match="can't start `no-such-program`") as caught:
        Processes().run(["no-such-program"])
    assert "PATH" in caught.value.hint


def test_full_disk_has_an_error_of_its_own() -> None:
    """Whatever program meets it, a full disk is told as such."""
    with pytest.raises(DiskFullError, match="the disk is full: `sh` said"):
        Processes().run(["sh", "-c", "echo 'write: No space left on device'; exit 1"])


def test_cancel_kills_children_too(tmp_path: Path) -> None:
    """A cancelled program ends with all its children, and nothing new is started."""
    processes = Processes()
    started = threading.Event()
    caught: list[BaseException] = []

    def run() -> None:
        try:
            script = "sleep 100 & echo $!; wait"
            processes.run(
                ["sh", "-c", script], log=tmp_path / "log", on_line=lambda _: started.set()
            )
        except Cancelled as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    processes.cancel()
    thread.join(10)
    child = int((tmp_path / "log").read_text().splitlines()[-1])
    assert caught
    assert _is_gone(child)
    with pytest.raises(Cancelled):
        processes.run(["true"])


def test_sigterm_interrupts() -> None:
    """SIGTERM ends the block as Ctrl-C would, and is as it was afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_interrupted_program_may_tidy_up(tmp_path: Path) -> None:
    """As pytest removes its containers; what it says meanwhile is no obstacle."""
    file = tmp_path / "tidy"
    script = (
        "import pathlib, time\n"
        "try: print('ready', flush=True); time.sleep(100)\n"
        f"finally: print('x' * 1_000_000, flush=True); pathlib.Path({str(file)!r}).touch()"
    )

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Processes().run([sys.executable, "-c", script], on_line=interrupt)
    assert file.exists()


def test_daemon_holds_no_stream_of_ours(tmp_path: Path) -> None:
    """A daemon has a session of its own and writes to its log only."""
    process = start_daemon(
        ["sh", "-c", "ls -l /proc/$$/fd; ps -o sid= -p $$; sleep 100"], tmp_path / "log"
    )
    try:
        deadline = time.monotonic() + 10
        while str(process) not in (text := (tmp_path / "log").read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert "0 -> /dev/null" in text
        assert f"1 -> {tmp_path / 'log'}" in text
        assert f"2 -> {tmp_path / 'log'}" in text
    finally:
        subprocess.run(["kill", "-9", "--", f"-{process}"], check=True)


def test_last_lines_leave_out_blank_ones() -> None:
    """The end of a log is what says something."""
    assert last_lines("a\n\nb\n \nc\n\n", 2) == "b\nc"


def _is_gone(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False
