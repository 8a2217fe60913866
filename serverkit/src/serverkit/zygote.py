"""The zygote: loads the function once, then forks workers from itself, each within milliseconds.

It is single-threaded and clean, so that a fork of it is whole. Workers become children of the
supervisor, which reaps all there is: the process in between ends at once.
"""

import atexit
import gc
import os
import signal
import socket
import sys
from contextlib import suppress

from serverkit.errors import ServerkitError
from serverkit.inherited import Inherited
from serverkit.isolation import isolate
from serverkit.loader import Function, last_path, load_function, report, user_path
from serverkit.messages import receive_descriptor
from serverkit.pieces import write_traceback
from serverkit.settings import Settings
from serverkit.slots import Slots
from serverkit.stream import Socket
from serverkit.streams import open_streams, write_log
from serverkit.worker import Worker

LOADED = b"L"


def run_zygote(settings: Settings, slots: Slots, control: socket.socket) -> int:
    """Load the function, say so, fork workers on request; return the exit code."""
    os.setsid()
    open_streams()
    inherited = Inherited()
    try:
        isolate(user_path(settings), last_path(settings))
        with inherited.watch_seeds():
            function = load_function(settings)
    except ServerkitError as error:
        report(error)
        return error.exit_code
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    gc.collect()
    inherited.find()
    inherited.warn_of_threads(sys.stderr)
    gc.freeze()  # what is shared stays shared
    control.send(LOADED)
    while True:
        message, descriptor = receive_descriptor(control, 64)
        if not message:
            return 0
        with Socket(fileno=descriptor) as worker_control:
            _fork(function, inherited, settings, slots, int(message), control, worker_control)


def _run_exit_hooks() -> None:
    """Let the function end: its own handler of SIGTERM runs, then what is registered with atexit.

    The supervisor sends no signal: with a handler of ours, a process that the function forks and
    terminates at once would miss that signal.
    """
    try:
        if callable(signal.getsignal(signal.SIGTERM)):
            signal.raise_signal(signal.SIGTERM)
    finally:
        atexit._run_exitfuncs()


def _fork(
    function: Function,
    inherited: Inherited,
    settings: Settings,
    slots: Slots,
    index: int,
    control: socket.socket,
    worker_control: socket.socket,
) -> None:
    """Fork a worker as a grandchild. A failure shows to the supervisor as a closed control."""
    try:
        child = os.fork()
    except OSError as error:
        sys.stderr.write(f"a worker can't be started: {error}\n")
        return
    if child:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
        return
    code = 1
    try:
        if os.fork():
            os._exit(0)
        os.setsid()
        control.close()
        inherited.renew()
        Worker(function, settings, slots, index, worker_control, write_log).run()
        _run_exit_hooks()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except OSError as error:
        sys.stderr.write(f"a worker ends: {error}\n")
    except BaseException as error:
        write_traceback(error)
    finally:
        os._exit(code)
