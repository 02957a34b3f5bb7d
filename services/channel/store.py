"""What the rules ask of storage about channels that are connected by a code."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.channel.model import ChannelOffer, OfferState
from services.people import Place


class ChannelOffers(Protocol):
    """Channels on their way to a team."""

    async def add(self, offer: ChannelOffer, digest: str) -> None:
        """Keep it with its code; what the same person asked for before and nobody finished ends."""
        ...

    async def get(self, team_id: str, offer_id: str) -> ChannelOffer | None: ...

    async def coded(self, digests: Collection[str]) -> ChannelOffer | None:
        """The offer that a code belongs to, of a living team; the code proves the right to it."""
        ...

    async def claim(self, team_id: str, offer_id: str, by: str, place: Place, expires_at: datetime) -> bool:
        """Note the channel in which the code was typed, which ends by it; the first one wins."""
        ...

    async def decide(self, team_id: str, offer_id: str, to: OfferState, at: datetime) -> bool:
        """End an open one; the first decision wins."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop what ended before, at most so many; the number dropped."""
        ...
