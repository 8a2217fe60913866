"""Shared memory of supervisor and workers: one slot a worker, an array of 64-bit integers.

A worker writes its own slot and the supervisor reads it, so that a call costs neither of them a
system call. Each word is written whole; nothing depends on the order in which two words appear.
"""

import mmap

# What a worker does; the word STATE.
EMPTY, STARTING, IDLE, LEASED, HANDED, READING, CALLING, SENDING = range(8)

_STATE, _CALL_START, _BYTES_SENT, _LENGTH, _STATUS, _RECEIVED, _WORDS = range(7)
_TEXT_BYTES = 4096 - 8 * _WORDS
_SLOT_BYTES = 8 * _WORDS + _TEXT_BYTES
_HEADER_BYTES = 4096


class Slot:
    """One worker's slot. All attributes live in shared memory."""

    def __init__(self, memory: memoryview) -> None:
        self._words = memory[: 8 * _WORDS].cast("q")
        self._text = memory[8 * _WORDS : _SLOT_BYTES]

    @property
    def state(self) -> int:
        """What the worker does, one of the constants above."""
        return self._words[_STATE]

    @state.setter
    def state(self, state: int) -> None:
        self._words[_STATE] = state

    @property
    def call_start(self) -> int:
        """Monotonic nanoseconds of the start of the call, 0 outside calls.

        The deadline is judged by this word alone.
        """
        return self._words[_CALL_START]

    @call_start.setter
    def call_start(self, start: int) -> None:
        self._words[_CALL_START] = start

    @property
    def bytes_sent(self) -> int:
        """Bytes of the answer that may have been sent; more than 0 before the first is."""
        return self._words[_BYTES_SENT]

    @bytes_sent.setter
    def bytes_sent(self, count: int) -> None:
        self._words[_BYTES_SENT] = count

    @property
    def status(self) -> int:
        """The status of the answer that is about to be sent, 0 where there is none yet."""
        return self._words[_STATUS]

    @status.setter
    def status(self, status: int) -> None:
        self._words[_STATUS] = status

    @property
    def received(self) -> int:
        """Monotonic nanoseconds of the moment when the request was received."""
        return self._words[_RECEIVED]

    @received.setter
    def received(self, moment: int) -> None:
        self._words[_RECEIVED] = moment

    def clear(self, state: int) -> None:
        """Forget all that was written, for a new worker or a new request."""
        words = self._words
        words[_CALL_START] = words[_BYTES_SENT] = words[_LENGTH] = words[_STATUS] = 0
        words[_STATE] = state

    def describe(self, request: bytes) -> None:
        """Write down what the supervisor needs to log the request in the worker's place."""
        length = min(len(request), _TEXT_BYTES)
        self._text[:length] = request[:length]
        self._words[_LENGTH] = length

    def description(self) -> bytes:
        """Return what `describe` wrote, cut to the room there is."""
        return bytes(self._text[: self._words[_LENGTH]])


class Slots:
    """The whole shared memory: `count` slots, words for all, and room for the counts of each."""

    def __init__(self, count: int, extra_bytes: int) -> None:
        """Map memory that forked processes share; `extra_bytes` for each slot go to `extras`."""
        self.count = count
        first_extra = _HEADER_BYTES + count * _SLOT_BYTES
        self._mmap = mmap.mmap(-1, first_extra + count * extra_bytes)
        memory = memoryview(self._mmap)
        self._header = memory[:_HEADER_BYTES].cast("q")
        self.slots = [
            Slot(memory[start : start + _SLOT_BYTES])
            for start in range(_HEADER_BYTES, first_extra, _SLOT_BYTES)
        ]
        self.extras = [
            memory[first_extra + index * extra_bytes : first_extra + (index + 1) * extra_bytes]
            for index in range(count)
        ]

    @property
    def waiting(self) -> int:
        """Requests that wait for a worker: a worker then gives its connection back at once."""
        return self._header[0]

    @waiting.setter
    def waiting(self, count: int) -> None:
        self._header[0] = count

    @property
    def draining(self) -> bool:
        """Whether the runtime is about to end and takes no new requests."""
        return bool(self._header[1])

    @draining.setter
    def draining(self, draining: bool) -> None:
        self._header[1] = draining
