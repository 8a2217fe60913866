"""The only module that starts programs.

Each command is echoed before its output, runs in a process group of its own, and is killed with
all its children when the run is cancelled.
"""

import io
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from imagebuild.errors import ProcessError
from imagebuild.process_errors import failure

KILL_AFTER_SECONDS = 5.0
INTERRUPTED_SECONDS = 30.0
"""How long a program may tidy up after Ctrl-C."""


class Cancelled(Exception):  # noqa: N818 - not an error, the user asked for it
    """The run was cancelled while, or before, this program ran."""


class Processes:
    """The programs of one run of the builder; `cancel` ends them all. Safe to share by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._cancelled = False

    def run(
        self,
        command: Sequence[str],
        *,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> str:
        """Run `command` to its end and return its output (stdout and stderr together).

        The output is appended to `log` as it comes, after the command itself; `environment` is
        added to the current one; `on_line` is called with each line. Raises ProcessError when
        the program is missing or fails, DiskFullError when that was why, Cancelled on `cancel`.
        """
        process = self._start(command, environment, subprocess.STDOUT)
        code, output = self._follow(process, command, log, on_line)
        if code:
            raise failure(command, code, output)
        return output

    def read(self, command: Sequence[str]) -> str:
        """Run `command` and return what it writes to stdout: data, which warnings would spoil.

        Raises as `run` does; the error holds what the program wrote to stderr.
        """
        with tempfile.TemporaryFile() as errors:
            process = self._start(command, {}, errors)
            code, output = self._follow(process, command)
            if code:
                errors.seek(0)
                raise failure(command, code, errors.read().decode(errors="replace"))
        return output

    def cancel(self) -> None:
        """Kill all running programs with their children, and refuse to start others."""
        with self._lock:
            self._cancelled = True
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            _kill(process, KILL_AFTER_SECONDS)

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        command: Sequence[str],
        log: Path | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> tuple[int, str]:
        """Wait for the end of `process`, which runs `command`; return its exit code and output."""
        lines: list[str] = []
        try:
            with _appended(log) as log_file, _reader(process) as output_lines, _ended(process):
                log_file.write(f"$ {shlex.join(command)}\n")
                for line in output_lines:
                    lines.append(line)
                    log_file.write(line)
                    log_file.flush()
                    if on_line:
                        on_line(line)
            code = process.wait()
        finally:
            with self._lock:
                self._running.discard(process)
        if self._cancelled:
            raise Cancelled
        return code, "".join(lines)

    def _start(
        self, command: Sequence[str], environment: Mapping[str, str] | None, errors: int | IO[bytes]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._cancelled:
                raise Cancelled
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env={**os.environ, **(environment or {})},
                    start_new_session=True,
                )
            except OSError as error:
                raise ProcessError(
                    f"can't start `{command[0]}`: {error.strerror}",
                    "install the program, or put its folder on PATH",
                ) from error
            self._running.add(process)
            return process


def start_daemon(command: Sequence[str], log: Path) -> int:
    """Start a program that outlives this one and return its process ID.

    It gets a session of its own and none of our standard streams: whoever waits for the end of
    our output must not wait for the daemon.
    """
    with open(log, "ab") as stream:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
        )
    process.returncode = 0  # not ours to wait for: silences the warning of a child left behind
    return process.pid


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Interrupt `process` if the block breaks off, and kill it if it does not end then.

    Time and a reader of its output are what pytest needs to remove its containers.
    """
    try:
        yield
    except BaseException:
        try:
            _signal(process, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=INTERRUPTED_SECONDS)
        finally:
            _kill(process)
        raise


def _appended(log: Path | None) -> IO[str]:
    return open(log or os.devnull, "a", encoding="utf-8")


def _reader(process: subprocess.Popen[bytes]) -> IO[str]:
    assert process.stdout is not None
    return io.TextIOWrapper(process.stdout, encoding="utf-8", errors="replace")


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _kill(process: subprocess.Popen[bytes], grace_seconds: float = 0) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace_seconds)
    _signal(process, signal.SIGKILL)
    process.wait()
