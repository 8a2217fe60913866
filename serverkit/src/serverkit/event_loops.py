"""Event loops and what runs in threads, made usable in a fork of the process that made them.

Both rely on attributes that Python doesn't document; the tests run on each version.
"""

import queue
import signal
import threading
from contextlib import suppress
from typing import Any


def renew_loop(loop: Any) -> None:
    """Give a loop of asyncio a selector and a self-pipe of its own.

    With those of the zygote a worker would take the wake-ups of all the others.
    """
    if loop.is_closed():
        return
    shared, own = loop._selector, type(loop._selector)()
    pipe = loop._ssock.fileno()
    for key in list(shared.get_map().values()):
        if key.fd != pipe:
            with suppress(OSError, ValueError):  # closed meanwhile
                own.register(key.fileobj, key.events, key.data)
    shared.close()
    loop._selector = own
    loop._ssock.close()
    loop._csock.close()
    loop._internal_fds -= 1
    loop._make_self_pipe()
    if getattr(loop, "_signal_handlers", None):
        signal.set_wakeup_fd(loop._csock.fileno())


def renew_executor(executor: Any) -> None:
    """Have a thread pool start threads again: a fork has none of those that it counts."""
    executor._threads = set()
    executor._idle_semaphore = threading.Semaphore(0)
    executor._work_queue = queue.SimpleQueue()
    executor._shutdown_lock = threading.Lock()


def renew_listener(listener: Any) -> None:
    """Start the thread of a log listener again, on a queue that no dead thread waits on."""
    if listener._thread is None:
        return
    waiting = listener.queue
    if isinstance(waiting, queue.Queue):
        waiting.mutex = threading.Lock()
        for name in ("not_empty", "not_full", "all_tasks_done"):
            setattr(waiting, name, threading.Condition(waiting.mutex))
    listener._thread = None
    listener.start()
