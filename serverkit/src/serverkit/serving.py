"""The start of process 1: the zygote loads the function while this process imports the rest."""

import signal

from serverkit.metrics import SLOT_BYTES
from serverkit.nursery import Nursery, most_active
from serverkit.process import Signals, become_subreaper, raise_descriptor_limit
from serverkit.settings import Settings
from serverkit.slots import Slots


def serve(settings: Settings) -> int:
    """Serve the function that `settings` name until SIGTERM; return the exit code."""
    become_subreaper()
    raise_descriptor_limit()
    signals = Signals((signal.SIGTERM, signal.SIGINT, signal.SIGCHLD))
    # Slot 0 is the supervisor's. While the killed die, each needs a slot beside its successor's.
    slots = Slots(2 * most_active(settings) + 2, SLOT_BYTES)
    nursery = Nursery(settings, slots, signals)
    nursery.start(lambda: None)
    from serverkit.supervisor import Supervisor

    return Supervisor(settings, nursery).run()
