"""Scheduled jobs about linked identities: completion of merges, purge of old requests."""

from datetime import timedelta
from typing import Final

from services.jobs import Job
from services.unit_of_work import UnitOfWork

ENDED_LINK_TTL: Final = timedelta(days=1)
"""Until then a card about a request still shows how it ended."""
MERGE_COMPLETED_AFTER: Final = timedelta(minutes=2)
"""Every transaction that still used the merged user's id has ended by then."""
MERGES: Final = 20
"""Merges per transaction: each one updates rows of many tables."""


async def purge(uow: UnitOfWork, limit: int) -> int:
    """Delete requests to link that are older than a day; return how many."""
    return await uow.identities.purge_links(uow.now - ENDED_LINK_TTL, limit)


async def complete_merges(uow: UnitOfWork, limit: int) -> int:
    """Move rows that were written under a merged id while it was being linked; return how many merges were checked."""
    merged = await uow.identities.list_merged(uow.now - MERGE_COMPLETED_AFTER, limit)
    for into, gone in merged:
        await uow.identities.merge(await uow.identities.find_current_user_id(into), gone, uow.now)
    return len(merged)


JOBS: Final = (
    Job("identity.complete_merges", 60, complete_merges, MERGES),
    Job("identity.purge", 3600, purge),
)
