import gc
from collections.abc import Generator

import pytest

from bot.operations.garbage_collection import spare_loaded


@pytest.fixture(autouse=True)
def usual_collection() -> Generator[None]:
    """The other tests collect as ever."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_is_loaded_is_not_looked_through_again() -> None:
    """Only what comes into being afterwards is, and not with every few hundred objects."""
    before = gc.get_threshold()
    spare_loaded()
    assert gc.get_freeze_count() > len(gc.get_objects())
    assert gc.get_threshold()[0] > before[0]


def test_what_requests_leave_behind_is_still_found() -> None:
    """Two things that hold each other go when nobody else holds them."""
    spare_loaded()
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
