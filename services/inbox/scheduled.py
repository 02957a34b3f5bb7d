"""Scheduled jobs about the inbox: purge of old interactions."""

from typing import Final

from services.jobs import OLD_BATCH, Job
from services.unit_of_work import UnitOfWork

INBOX_DAYS: Final = 35
"""Longer than any sender repeats: an event can be resent by hand for 30 days."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete interactions that are older than any repetition can be; return how many."""
    return await uow.inbox.purge(INBOX_DAYS, limit)


JOBS: Final = (Job("inbox.purge", 3600, purge, OLD_BATCH),)
