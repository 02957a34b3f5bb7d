"""Basics of most tests: a settable clock, and transactions on a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.keyring import Keyring
from storage.engine import Database
from storage.unit_of_work import SqlUnits

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
KEYRING = Keyring((b"a key for the tests, and only for them",))


class Clock:
    """A clock that stands still; each call is one reading."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> datetime:
        """Advance the clock: `clock.advance(minutes=5)`."""
        self.now += timedelta(**units)
        return self.now


def units_on(database: Database, clock: Clock, on_commit: Callable[[], None] = lambda: None) -> SqlUnits:
    """Return transactions on a database, with the test keys."""
    return SqlUnits(database, clock, KEYRING, on_commit)
