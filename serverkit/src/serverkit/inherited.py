"""What the function's module has made while it was loaded and forks must not share.

It is found in the zygote, because the collector lists no frozen objects, and is made anew in each
worker. The modules that know these types are imported by the function or not at all.
"""

import gc
import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO
from weakref import WeakSet

from serverkit.event_loops import renew_executor, renew_listener, renew_loop

RANDOM_BITS = 64  # numpy draws 128 from the system where it is given no seed
HINT = (
    "hint: start threads in the handler, on first use, or in os.register_at_fork(after_in_child=…)"
)


class Inherited:
    """The objects that each worker makes anew."""

    def __init__(self) -> None:
        self._seeded: WeakSet[random.Random] = WeakSet()
        self._found: list[tuple[Callable[[Any], None], Any]] = []

    @contextmanager
    def watch_seeds(self) -> Iterator[None]:
        """Note meanwhile which generators are given a seed: their authors want its numbers."""
        original = random.Random.seed

        def seed(generator: random.Random, a: Any = None, version: int = 2) -> None:
            original(generator, a, version)
            (self._seeded.discard if a is None else self._seeded.add)(generator)

        random.Random.seed = seed  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            random.Random.seed = original  # type: ignore[method-assign]

    def find(self) -> None:
        """Find what there is to make anew, except generators with a seed of their own."""
        kinds = _kinds()
        for item in gc.get_objects():
            for kind, renew in kinds.items():
                # Not isinstance, which evaluates lazy objects.
                if issubclass(type(item), kind) and not self._is_seeded(item):
                    self._found.append((renew, item))

    def renew(self) -> None:
        """Make it anew, in a worker."""
        for renew, item in self._found:
            renew(item)

    def warn_of_threads(self, stream: TextIO) -> None:
        """Say which threads the module has started: a fork has none of them."""
        renewed = {
            thread
            for _, item in self._found
            for thread in (*getattr(item, "_threads", ()), getattr(item, "_thread", None))
        }
        others = set(threading.enumerate()) - renewed - {threading.current_thread()}
        names = ", ".join(sorted(f"`{thread.name}`" for thread in others))
        if names:
            stream.write(
                f"threads that the function's module has started don't run in workers, because "
                f"these are forked: {names}\n{HINT}\n"
            )

    def _is_seeded(self, item: object) -> bool:
        if issubclass(type(item), random.Random):
            return item in self._seeded
        entropy = getattr(getattr(item, "seed_seq", None), "entropy", None)
        has_own = isinstance(entropy, int) and entropy.bit_length() <= RANDOM_BITS
        return has_own or _has_legacy_seed(item)


def _kinds() -> Mapping[type, Callable[[Any], None]]:
    """Return the types to look for, of modules that are loaded, and how each is made anew."""
    table: tuple[tuple[str, str, Callable[[Any], None]], ...] = (
        ("random", "Random", _renew_random),
        ("numpy.random", "BitGenerator", _renew_bits),
        ("asyncio.selector_events", "BaseSelectorEventLoop", renew_loop),
        ("concurrent.futures.thread", "ThreadPoolExecutor", renew_executor),
        ("logging.handlers", "QueueListener", renew_listener),
    )
    return {
        getattr(sys.modules[module], name): renew
        for module, name, renew in table
        if module in sys.modules
    }


def _has_legacy_seed(bits: Any) -> bool:
    """Whether `numpy.random.seed(N)` or `RandomState(N)` has made this state, and nothing since.

    Their generator keeps no seed, but its second word follows from the first one then.
    """
    if type(bits).__name__ != "MT19937":
        return False
    first, second = (int(word) for word in bits.state["state"]["key"][:2])
    return second == (1812433253 * (first ^ first >> 30) + 1) & 0xFFFFFFFF


def _renew_random(generator: random.Random) -> None:
    generator.seed()


def _renew_bits(bits: Any) -> None:
    bits.state = type(bits)().state
