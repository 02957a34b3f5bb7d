"""Storage interface of channel offers."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.channel.model import ChannelOffer, ChannelOfferState
from services.people import Place


class ChannelOffers(Protocol):
    """Channel offers of all teams."""

    async def add(self, offer: ChannelOffer, digest: str) -> None:
        """Store an offer with the digest of its code; an unfinished older one of the same user ends."""
        ...

    async def get(self, team_id: str, offer_id: str) -> ChannelOffer | None: ...

    async def find_by_code(self, digests: Collection[str]) -> ChannelOffer | None:
        """Return the offer of a code, if its team exists. No team is needed: the code proves the right."""
        ...

    async def claim(self, team_id: str, offer_id: str, by: str, place: Place, expires_at: datetime) -> bool:
        """Record the channel in which the code was typed and end the code. False: it was claimed already."""
        ...

    async def decide(self, team_id: str, offer_id: str, to: ChannelOfferState, at: datetime) -> bool:
        """Decide an open offer. False: it was decided already."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Purge offers that ended before, at most `limit`. Returns the number deleted."""
        ...
