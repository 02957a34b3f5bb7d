"""Garbage is looked for among what requests leave behind, not among what the program itself consists of."""

import gc
from typing import Final

THRESHOLDS: Final = 10_000, 10, 10
"""By default every 700 new objects are a reason to look: a list of leads is several times that."""


def spare_loaded() -> None:
    """Call once everything is imported: hundreds of thousands of objects that stay until the end are looked at no more.

    Looking at them again and again took a fifth of the CPU of a list of leads, in pauses that made everybody wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
