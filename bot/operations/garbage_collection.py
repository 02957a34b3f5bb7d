"""Settings of the garbage collector: it scans what requests allocate, not the loaded program."""

import gc
from typing import Final

THRESHOLDS: Final = 10_000, 10, 10
"""The default of 700 objects triggers several collections for each list of leads."""


def spare_loaded() -> None:
    """Exclude all loaded objects from collection; call once after all imports.

    Scanning these hundreds of thousands of objects took a fifth of the CPU of a list of leads.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
