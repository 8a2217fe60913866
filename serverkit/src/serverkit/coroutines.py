"""Coroutines and asynchronous generators, run to their end by one event loop a worker."""

import select
from collections.abc import AsyncGenerator, Coroutine, Iterator
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio  # imported at run time by the first coroutine only: it is slow to import


class Coroutines:
    """Runs what `async def` handlers return; the loop lives as long as the worker.

    Tasks that a call leaves behind go on during later calls, and between calls in `wait`.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def finish(self, result: Any) -> Any:
        """Return `result`, or what it results in once awaited; async generators become iterators.

        An error of the coroutine is raised here.
        """
        if isinstance(result, AsyncGeneratorType):
            return self._iterate(result)
        if hasattr(result, "__await__"):
            return self._run(_awaited(result))
        return result

    def wait(self, poll: select.poll, descriptors: list[int], seconds: float | None) -> list[int]:
        """Return those of `descriptors` (registered in `poll`) that are readable.

        Waits up to `seconds`, for ever if None; tasks left behind go on meanwhile.
        """
        loop = self._loop
        if loop is None or not self._tasks():
            return [fd for fd, _ in poll.poll(None if seconds is None else seconds * 1000)]
        ready: list[int] = []
        future = loop.create_future()

        def readable(descriptor: int) -> None:
            ready.append(descriptor)
            if not future.done():
                future.set_result(None)

        for descriptor in descriptors:
            loop.add_reader(descriptor, readable, descriptor)
        try:
            self._run(_limited(future, seconds))
        finally:
            for descriptor in descriptors:
                loop.remove_reader(descriptor)
        return list(dict.fromkeys(ready))

    def close(self) -> None:
        """Cancel what is left and close the loop."""
        if self._loop is not None:
            for task in self._tasks():
                task.cancel()
            self._loop.run_until_complete(_nothing())
            self._loop.close()

    def _tasks(self) -> "set[asyncio.Task[Any]]":
        """Return the tasks that go on."""
        import asyncio

        return asyncio.all_tasks(self._loop)

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run one coroutine to its end on the worker's loop."""
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(coroutine)

    def _iterate(self, generator: AsyncGenerator[Any, None]) -> Iterator[Any]:
        """Yield the pieces of an asynchronous generator."""
        try:
            while True:
                try:
                    yield self._run(_awaited(generator.__anext__()))
                except StopAsyncIteration:
                    return
        finally:
            self._run(generator.aclose())


async def _awaited(awaitable: Any) -> Any:
    """Await anything that can be awaited."""
    return await awaitable


async def _nothing() -> None:
    """Give cancelled tasks a turn."""
    import asyncio

    await asyncio.sleep(0)


async def _limited(future: "asyncio.Future[None]", seconds: float | None) -> None:
    """Wait for the future, `seconds` at most."""
    import asyncio

    await asyncio.wait([future], timeout=seconds)
