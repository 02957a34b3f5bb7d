"""Link of chat identities: a request to make two identities one user, confirmed on both sides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import TeamId

LINK_TTL_MINUTES: Final = 10
LINK_TTL: Final = timedelta(minutes=LINK_TTL_MINUTES)
IDENTITIES_MAX: Final = 10
"""Chat identities per user."""


class LinkState(StrEnum):
    """State of a link request."""

    ISSUED = "asked"  # the first side has a code
    CLAIMED = "typed"  # the code was typed on the other side, which reads whose it is
    AGREED = "agreed"  # the other side agreed; the first side decides
    LINKED = "linked"
    DECLINED = "declined"


OPEN_LINK_STATES: Final = (LinkState.ISSUED, LinkState.CLAIMED, LinkState.AGREED)


@dataclass(frozen=True, slots=True)
class LinkSide:
    """Chat identity in a link request, as the other side is to recognise it."""

    user_id: str
    platform: str
    tenant: str
    platform_user_id: str
    name: str = ""
    email_hint: str = ""
    """Address from the platform: a hint, never a proof, because a tenant's admin can set it."""
    team_name: str = ""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """Request to link two chat identities."""

    link_id: str
    state: LinkState
    first: LinkSide
    """Side on which the code was issued; its user remains."""
    created_at: datetime
    expires_at: datetime
    other: LinkSide | None = None
    """Side on which the code was typed."""

    def is_open(self, now: datetime) -> bool:
        """Return whether the request can still be decided."""
        return self.state in OPEN_LINK_STATES and self.expires_at > now

    def with_team_name(self, team_name: str) -> "LinkRequest":
        """Return the request with the other side's team."""
        return replace(self, other=replace(self.other, team_name=team_name) if self.other else None)


@dataclass(frozen=True, slots=True)
class ListedIdentity:
    """Chat identity of a user, with a reference that only this deployment can make."""

    ref: str
    platform: str
    tenant: str
    platform_user_id: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class LinkCode:
    """Newly issued code, with the user's present chats."""

    link_id: str
    code: str
    expires_at: datetime
    identities: tuple[ListedIdentity, ...]


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """Result of a link: two chats of one user."""

    link: LinkRequest
    team_id: TeamId
    is_same_team: bool
    """Whether both were members of one team: one membership remains, with the first side's role."""


@dataclass(frozen=True, slots=True)
class UnlinkedIdentity:
    """Chat identity separated into a new user."""

    platform: str
    tenant: str
    is_here: bool
