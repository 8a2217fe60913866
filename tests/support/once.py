"""Values that are made once and shared by all who ask, in any thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """Values by key; what could not be made is tried again by the next who asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[str, Future[Value]] = {}

    def get(self, key: str, make: Callable[[], Value]) -> Value:
        """Return the value for `key`; the first who asks makes it, others wait for it."""
        with self._lock:
            future = self._futures.get(key)
            mine = future is None or (future.done() and future.exception() is not None)
            if mine or future is None:
                future = self._futures[key] = Future[Value]()
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    def drop(self, wanted: Callable[[Value], bool]) -> None:
        """Forget the values that are `wanted`: the next who asks gets a new one."""
        with self._lock:
            for key, value in self._items():
                if wanted(value):
                    del self._futures[key]

    def values(self) -> list[Value]:
        """Return the values that have been made so far."""
        with self._lock:
            return [value for _, value in self._items()]

    def __contains__(self, value: object) -> bool:
        with self._lock:
            return any(each is value for _, each in self._items())

    def _items(self) -> list[tuple[str, Value]]:
        return [
            (key, future.result())
            for key, future in self._futures.items()
            if future.done() and future.exception() is None
        ]
