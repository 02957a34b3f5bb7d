"""A channel of another platform on its way to a team: a code from one side, typed there, confirmed on the first one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import TeamId

CODE_MINUTES: Final = 10
CODE_VALID_FOR: Final = timedelta(minutes=CODE_MINUTES)


class OfferState(StrEnum):
    """How far it has come."""

    ASKED = "asked"  # there is a code
    OFFERED = "offered"  # somebody typed it in a channel; whoever asked decides
    CONNECTED = "connected"
    DECLINED = "declined"


OPEN_STATES: Final = (OfferState.ASKED, OfferState.OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOffer:
    """A channel that may become the team's."""

    team_id: TeamId
    offer_id: str
    state: OfferState
    asked_by: str
    created_at: datetime
    expires_at: datetime
    offered_by: str | None = None
    platform: str = ""
    tenant: str = ""
    conversation_id: str = ""
    offered_by_name: str = ""
    channel: str = ""
    """What it is called there."""
    has_outsiders: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether something can still become of it."""
        return self.state in OPEN_STATES and self.expires_at > now


@dataclass(frozen=True, slots=True)
class ChannelCode:
    """A new code."""

    offer_id: str
    code: str
    expires_at: datetime
