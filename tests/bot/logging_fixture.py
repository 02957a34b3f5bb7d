"""Fixture that restores logging after a test."""

import logging
from collections.abc import Generator

import pytest
import structlog


@pytest.fixture
def restored_logging() -> Generator[None]:
    """Restore the logging configuration after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
