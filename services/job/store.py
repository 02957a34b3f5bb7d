"""Which period of a job is done: the database decides, not the clock that ticks."""

from datetime import datetime
from typing import Protocol


class Periods(Protocol):
    """The periods of all jobs, each begun once, whoever ticks and however often."""

    async def begin(self, job: str, period: str) -> bool:
        """Take the period for this transaction; False when it was done already."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop periods of before, at most `limit` of them; the number dropped."""
        ...
