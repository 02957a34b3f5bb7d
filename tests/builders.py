"""What tests start from: a clock that stands still until it is told otherwise, and transactions on a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.keyring import Keyring
from storage.engine import Database
from storage.unit_of_work import SqlUnits

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning."""
KEYRING = Keyring((b"a key for the tests, and only for them",))


class Clock:
    """The time, as the test says; each call of it is one reading."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **units: float) -> datetime:
        """Let time pass: `clock.advance(minutes=5)`."""
        self.at += timedelta(**units)
        return self.at


def units_on(database: Database, clock: Clock, on_commit: Callable[[], None] = lambda: None) -> SqlUnits:
    """Transactions on a database, with the keys of the tests."""
    return SqlUnits(database, clock, KEYRING, on_commit)
