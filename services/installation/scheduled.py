"""Scheduled jobs about installations: purge of expired questions."""

from datetime import timedelta
from typing import Final

from services.jobs import OLD_BATCH, Job
from services.unit_of_work import UnitOfWork

EXPIRED_KEPT: Final = timedelta(hours=1)
"""Until then a late answer is told that it came too late; without the row it would be unknown."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete questions that expired more than an hour ago; return how many."""
    return await uow.installations.purge_questions(uow.now - EXPIRED_KEPT, limit)


JOBS: Final = (Job("installation.purge", 600, purge, OLD_BATCH),)
