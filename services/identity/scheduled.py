"""What the clock does about linking: it looks after what was merged, and forgets what is over."""

from datetime import timedelta
from typing import Final

from services.unit_of_work import UnitOfWork

KEPT: Final = timedelta(days=1)
"""So long a card about a request still says how it ended."""
LOOKED_AFTER: Final = timedelta(minutes=2)
"""Whatever somebody was still doing under the merged id has long ended then."""


async def forget(uow: UnitOfWork, limit: int) -> int:
    """Drop what is over."""
    return await uow.identities.forget(uow.now - KEPT, limit)


async def settle(uow: UnitOfWork, limit: int) -> int:
    """Give the person also what was being done under the merged id at the very moment of linking."""
    merged = await uow.identities.merged(uow.now - LOOKED_AFTER, limit)
    for into, gone in merged:
        await uow.identities.merge(await uow.identities.current(into), gone, uow.now)
    return len(merged)
