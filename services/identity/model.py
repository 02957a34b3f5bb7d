"""One person at several chats: a request to link two identities, confirmed on both sides before anything happens."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import TeamId

LINK_MINUTES: Final = 10
LINK_VALID_FOR: Final = timedelta(minutes=LINK_MINUTES)
IDENTITIES_MAX: Final = 10
"""So many chats one person is linked in at most."""


class LinkState(StrEnum):
    """How far a request to link has come."""

    ASKED = "asked"  # there is a code, on the first side
    TYPED = "typed"  # somebody typed it on the other side, and reads to whom it belongs
    AGREED = "agreed"  # he says that it is himself; the first side decides
    LINKED = "linked"
    DECLINED = "declined"


OPEN_STATES: Final = (LinkState.ASKED, LinkState.TYPED, LinkState.AGREED)


@dataclass(frozen=True, slots=True)
class Side:
    """A chat identity in such a request, as the person at the other side is to recognise it."""

    user_id: str
    platform: str
    tenant: str
    platform_user_id: str
    name: str = ""
    email_hint: str = ""
    """From the platform: never a proof."""
    team_name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A request to link two chat identities."""

    link_id: str
    state: LinkState
    first: Side
    """Where the code was shown; this person stays."""
    created_at: datetime
    expires_at: datetime
    other: Side | None = None
    """Where the code was typed."""

    def is_open(self, now: datetime) -> bool:
        """Whether something can still become of it."""
        return self.state in OPEN_STATES and self.expires_at > now

    def named(self, team_name: str) -> "Link":
        """With the other side's team."""
        return replace(self, other=replace(self.other, team_name=team_name) if self.other else None)


@dataclass(frozen=True, slots=True)
class Known:
    """One of a person's chat identities, by a reference that only this deployment makes."""

    ref: str
    platform: str
    tenant: str
    platform_user_id: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A new code, and where this person is linked already."""

    link_id: str
    code: str
    expires_at: datetime
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """Two chats are one person now."""

    link: Link
    team_id: TeamId
    is_same_team: bool
    """Both were colleagues of the same team: one membership stays, with the first side's role."""


@dataclass(frozen=True, slots=True)
class UnlinkedIdentity:
    """A chat identity that is a person of its own again."""

    platform: str
    tenant: str
    is_here: bool
