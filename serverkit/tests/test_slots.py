"""Shared memory."""

import os

from serverkit.slots import CALLING, IDLE, Slots


def test_slot() -> None:
    """A slot keeps what is written, and forgets it at once."""
    slot = Slots(2, 64).slots[1]
    slot.state, slot.call_start, slot.bytes_sent = CALLING, 123, 45
    slot.describe(b"request")
    slot.status = 200
    assert slot.status == 200
    assert (slot.state, slot.call_start, slot.bytes_sent) == (CALLING, 123, 45)
    assert slot.description() == b"request"
    slot.clear(IDLE)
    assert (slot.state, slot.call_start, slot.bytes_sent, slot.status) == (IDLE, 0, 0, 0)
    assert slot.description() == b""


def test_separate() -> None:
    """Slots, extras and the words for all don't overlap."""
    slots = Slots(3, 64)
    slots.waiting, slots.draining = 7, True
    for index, slot in enumerate(slots.slots):
        slot.describe(bytes([index]) * 10_000)
        slot.state = index
        slots.extras[index][:] = bytes([index]) * 64
    for index, slot in enumerate(slots.slots):
        assert set(slot.description()) == {index}
        assert slot.state == index
        assert bytes(slots.extras[index]) == bytes([index]) * 64
    assert (slots.waiting, slots.draining) == (7, True)


def test_shared_by_processes() -> None:
    """What a child writes, its parent reads."""
    slots = Slots(1, 64)
    child = os.fork()
    if not child:
        slots.slots[0].call_start = 99
        os._exit(0)
    os.waitpid(child, 0)
    assert slots.slots[0].call_start == 99
