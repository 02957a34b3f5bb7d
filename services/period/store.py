"""The store of periods: the database decides whether a period of a job is done, not the clock that ticks."""

from datetime import datetime
from typing import Protocol


class Periods(Protocol):
    """The periods of all jobs; each is begun once, however many processes tick."""

    async def claim(self, job: str, period: str) -> bool:
        """Claim the period for this transaction; False when it was done already."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` periods that began before the time; return how many."""
        ...
