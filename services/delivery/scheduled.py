"""Scheduled jobs about deliveries: purge of old ones."""

from datetime import timedelta
from typing import Final

from services.jobs import OLD_BATCH, Job
from services.unit_of_work import UnitOfWork

DELIVERIES_DAYS: Final = 90
"""The time that the privacy page names."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete deliveries that ended more than 90 days ago; return how many."""
    return await uow.deliveries.purge(uow.now - timedelta(days=DELIVERIES_DAYS), limit)


JOBS: Final = (Job("delivery.purge", 3600, purge, OLD_BATCH),)
