"""Link of chat identities: a request to make two identities one user, confirmed on both sides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import TeamId

LINK_MINUTES: Final = 10
LINK_VALID_FOR: Final = timedelta(minutes=LINK_MINUTES)
IDENTITIES_MAX: Final = 10
"""Chat identities per user."""


class LinkState(StrEnum):
    """State of a link request."""

    ASKED = "asked"  # the first side has a code
    TYPED = "typed"  # the code was typed on the other side, which reads whose it is
    AGREED = "agreed"  # the other side agreed; the first side decides
    LINKED = "linked"
    DECLINED = "declined"


OPEN_STATES: Final = (LinkState.ASKED, LinkState.TYPED, LinkState.AGREED)


@dataclass(frozen=True, slots=True)
class Side:
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
class Link:
    """Request to link two chat identities."""

    link_id: str
    state: LinkState
    first: Side
    """Side on which the code was issued; its user remains."""
    created_at: datetime
    expires_at: datetime
    other: Side | None = None
    """Side on which the code was typed."""

    def is_open(self, now: datetime) -> bool:
        """Return whether the request can still be decided."""
        return self.state in OPEN_STATES and self.expires_at > now

    def named(self, team_name: str) -> "Link":
        """Return the request with the other side's team."""
        return replace(self, other=replace(self.other, team_name=team_name) if self.other else None)


@dataclass(frozen=True, slots=True)
class Known:
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
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """Result of a link: two chats of one user."""

    link: Link
    team_id: TeamId
    is_same_team: bool
    """Whether both were members of one team: one membership remains, with the first side's role."""


@dataclass(frozen=True, slots=True)
class UnlinkedIdentity:
    """Chat identity separated into a new user."""

    platform: str
    tenant: str
    is_here: bool
