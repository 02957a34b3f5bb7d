"""What the runs that break things on purpose start from: one seed, and a place for what was counted."""

import logging
import random
import secrets
from collections.abc import Callable, Generator
from typing import TypeAlias

import pytest
import structlog

from tests.conftest import FIGURES

Note: TypeAlias = Callable[..., None]

SEED_BITS = 32


@pytest.fixture(autouse=True)
def quiet() -> Generator[None]:
    """Thousands of failures that are expected must not cost more than what they are about."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What decides every accident of a run; `--fault-seed` or KOLLEGA_FAULT_SEED repeats one."""
    given: int | None = request.config.getoption("--fault-seed")
    return secrets.randbits(SEED_BITS) if given is None else given


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Accidents."""
    return random.Random(seed)


@pytest.fixture
def note(request: pytest.FixtureRequest, seed: int) -> Note:
    """Keep what was counted: `note(lost=0)`; printed at the end, also where the test fails."""
    figures: dict[str, object] = {"seed": seed}
    request.node.user_properties.append((FIGURES, figures))

    def keep(**counted: object) -> None:
        figures.update(counted)

    return keep
