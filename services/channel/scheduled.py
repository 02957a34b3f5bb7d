"""Scheduled jobs about codes for channels: purge of old offers."""

from datetime import timedelta
from typing import Final

from services.jobs import Job
from services.unit_of_work import UnitOfWork

ENDED_OFFER_TTL: Final = timedelta(days=1)
"""Until then a card about an offer still shows how it ended."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete offers that are older than a day; return how many."""
    return await uow.channel_offers.purge(uow.now - ENDED_OFFER_TTL, limit)


JOBS: Final = (Job("channel.purge", 3600, purge),)
