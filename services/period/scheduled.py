"""Scheduled jobs about periods: purge of old ones."""

from datetime import timedelta
from typing import Final

from services.jobs import OLD_BATCH, Job
from services.unit_of_work import UnitOfWork

PERIODS_DAYS: Final = 7
"""A week of periods shows when each job ran last; a period is needed only until the next one begins."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete periods that began more than seven days ago; return how many."""
    return await uow.periods.purge(uow.now - timedelta(days=PERIODS_DAYS), limit)


JOBS: Final = (Job("period.purge", 3600, purge, OLD_BATCH),)
