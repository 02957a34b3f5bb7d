"""What a test needs that looks at the logs."""

import logging
from collections.abc import Generator

import pytest
import structlog


@pytest.fixture
def restored_logging() -> Generator[None]:
    """Logging as it was, for the other tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
