"""What the clock does about codes for channels."""

from services.channel.connect import KEPT
from services.unit_of_work import UnitOfWork


async def forget(uow: UnitOfWork, limit: int) -> int:
    """Drop what is over."""
    return await uow.channel_offers.forget(uow.now - KEPT, limit)
