"""The moment at which the examples of the cards are looked at: Tuesday, 24 November 2026, 10:08 in Berlin."""

from datetime import UTC, datetime
from typing import Final

NOW: Final = datetime(2026, 11, 24, 9, 8, tzinfo=UTC)
ZONE: Final = "Europe/Berlin"
