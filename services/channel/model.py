"""Offer of a channel of another platform: a code issued on one side, typed there, confirmed by the issuer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import TeamId

CHANNEL_CODE_MINUTES: Final = 10
CHANNEL_CODE_TTL: Final = timedelta(minutes=CHANNEL_CODE_MINUTES)


class ChannelOfferState(StrEnum):
    """State of an offer."""

    ISSUED = "asked"  # the code was issued
    CLAIMED = "offered"  # the code was typed in a channel; its issuer decides
    CONNECTED = "connected"
    DECLINED = "declined"


OPEN_OFFER_STATES: Final = (ChannelOfferState.ISSUED, ChannelOfferState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOffer:
    """Channel that may become the team's."""

    team_id: TeamId
    offer_id: str
    state: ChannelOfferState
    asked_by: str
    created_at: datetime
    expires_at: datetime
    offered_by: str | None = None
    platform: str = ""
    tenant: str = ""
    conversation_id: str = ""
    offered_by_name: str = ""
    channel: str = ""
    """Name of the channel on its platform."""
    has_outsiders: bool = False

    def is_open(self, now: datetime) -> bool:
        """Return whether the offer can still be claimed or decided."""
        return self.state in OPEN_OFFER_STATES and self.expires_at > now


@dataclass(frozen=True, slots=True)
class ChannelCode:
    """Newly issued code."""

    offer_id: str
    code: str
    expires_at: datetime
