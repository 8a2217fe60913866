"""The worker's event loop."""

import asyncio
import os
import select
import time
from typing import Any

import pytest

from serverkit.coroutines import Coroutines


def test_plain_values() -> None:
    """What needs no awaiting comes back as it is."""
    value = object()
    assert Coroutines().finish(value) is value


def test_coroutine() -> None:
    """A coroutine is run to its end; its error is raised."""

    async def divide(number: int) -> float:
        await asyncio.sleep(0)
        return 1 / number

    coroutines = Coroutines()
    assert coroutines.finish(divide(2)) == 0.5
    with pytest.raises(ZeroDivisionError):
        coroutines.finish(divide(0))
    coroutines.close()


def test_generator() -> None:
    """An asynchronous generator is an iterator, closed when nobody reads on."""
    closed = []

    async def pieces() -> Any:
        try:
            for number in range(10):
                yield number
        finally:
            closed.append(True)

    coroutines = Coroutines()
    iterator = coroutines.finish(pieces())
    assert [next(iterator), next(iterator)] == [0, 1]
    iterator.close()
    assert closed
    assert list(coroutines.finish(pieces())) == list(range(10))
    coroutines.close()


@pytest.mark.parametrize("busy", [False, True])
def test_wait(busy: bool) -> None:
    """Waiting tells what is readable, and gives tasks their time meanwhile."""
    coroutines = Coroutines()
    ran: list[float] = []

    async def start() -> None:
        async def tick() -> None:
            await asyncio.sleep(0.02)
            ran.append(time.monotonic())
            await asyncio.sleep(60)

        coroutines.task = asyncio.ensure_future(tick())  # type: ignore[attr-defined]

    if busy:
        coroutines.finish(start())
    reader, writer = os.pipe()
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    assert coroutines.wait(poll, [reader], 0.05) == []
    assert bool(ran) is busy
    os.write(writer, b"x")
    assert coroutines.wait(poll, [reader], None) == [reader]
    os.close(reader)
    os.close(writer)
    coroutines.close()
