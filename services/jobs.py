"""A job: work that runs once in every period, declared as data in a noun's module `scheduled`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from services.unit_of_work import UnitOfWork

BATCH: Final = 200
"""Rows that a job changes in one transaction: short enough that an interaction need not wait for its locks."""
OLD_BATCH: Final = 2000
"""Rows that a purge deletes in one transaction; no interaction waits for old rows."""

Work: TypeAlias = Callable[[UnitOfWork, int], Awaitable[int]]
"""Processes at most so many rows in the transaction; returns how many."""
LongWork: TypeAlias = Callable[[], Awaitable[int]]
"""Opens units of work of its own, because one transaction would hold locks for too long; returns how much it did."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work with its period."""

    name: str
    every_s: int
    """Length of a period; periods are counted from the epoch in UTC, so that no clock change doubles or skips one."""
    work: Work | None = None
    """Runs in the transaction that begins the period."""
    limit: int = BATCH
    """Passed to `work`."""
    after_commit: LongWork | None = None
    """Runs after that transaction; if it fails, the next period tries again."""

    def period(self, now: datetime) -> str:
        """Return the name of the period that contains the time."""
        start = int(now.timestamp()) // self.every_s * self.every_s
        return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
