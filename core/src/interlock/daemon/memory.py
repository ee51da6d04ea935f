"""What is told to Python's garbage collector once everything is built."""

from __future__ import annotations

import gc

_OBJECTS_BETWEEN_COLLECTIONS = 10_000


def settle_memory() -> None:
    """Take what there is now for what stays for good.

    Looking through it again and again would take a third of the time of a step.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
