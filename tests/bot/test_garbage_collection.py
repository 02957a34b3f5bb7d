import gc
from collections.abc import Generator

import pytest

from bot.operations.garbage_collection import spare_loaded


@pytest.fixture(autouse=True)
def usual_collection() -> Generator[None]:
    """Restore the settings of the garbage collector."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_loaded_objects_are_frozen() -> None:
    """Objects from startup are frozen, and the threshold is raised."""
    before = gc.get_threshold()
    spare_loaded()
    assert gc.get_freeze_count() > len(gc.get_objects())
    assert gc.get_threshold()[0] > before[0]


def test_cycles_are_collected() -> None:
    """A reference cycle is still collected."""
    spare_loaded()
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
