"""Fixtures of the fault tests: one random seed and a record of figures."""

import logging
import random
import secrets
from collections.abc import Callable, Generator
from typing import TypeAlias

import pytest
import structlog

from tests.conftest import FIGURES

RecordFigures: TypeAlias = Callable[..., None]

SEED_BITS = 32


@pytest.fixture(autouse=True)
def silence_logs() -> Generator[None]:
    """Log critical events only: thousands of expected failures would slow the test down."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed of all random decisions; `--fault-seed` or KOLLEGA_FAULT_SEED repeats a run."""
    given: int | None = request.config.getoption("--fault-seed")
    return secrets.randbits(SEED_BITS) if given is None else given


@pytest.fixture
def rng(seed: int) -> random.Random:
    """Return the random generator of the test."""
    return random.Random(seed)


@pytest.fixture
def record(request: pytest.FixtureRequest, seed: int) -> RecordFigures:
    """Return a function that records figures, `record(lost=0)`; they are printed at the end, also after a failure."""
    figures: dict[str, object] = {"seed": seed}
    request.node.user_properties.append((FIGURES, figures))

    def keep(**counted: object) -> None:
        figures.update(counted)

    return keep
