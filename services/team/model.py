"""A team: the one organisational unit, its settings, its channels, and what happens to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.people import Language, TeamId
from services.permissions import Role

NAME_MAX_CHARS = 80
RESTORE_DAYS = 30
RESTORE_WINDOW = timedelta(days=RESTORE_DAYS)


@dataclass(frozen=True, slots=True)
class Team:
    """A team as its row says."""

    team_id: TeamId
    name: str
    plan: str
    language: Language
    """Of what the bot posts in the team's channels."""
    zone: str
    owner_approves_admins: bool
    """An admin's invitation waits for the owner (A46)."""
    created_by: str
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """How many may be colleagues, and how many places are taken (A4)."""

    taken: int
    limit: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.taken)


@dataclass(frozen=True, slots=True)
class Channel:
    """A connected channel as a card names it."""

    platform: str
    conversation_id: str
    name: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class ShownTeam:
    """A team as a colleague sees it, with what this colleague may do."""

    team_id: TeamId
    name: str
    role: Role
    owner_name: str
    members: int
    seats: Seats
    language: Language
    zone: str
    owner_approves_admins: bool
    channels: tuple[Channel, ...] = ()
    may_edit: bool = False
    may_delete: bool = False
    can_connect_here: bool = False


@dataclass(frozen=True, slots=True)
class CreatedTeam:
    """A new team and whether the channel, in which it was created, is connected to it."""

    team_id: TeamId
    name: str
    channel: str = ""
    is_connected: bool = False


@dataclass(frozen=True, slots=True)
class DeletedTeam:
    """A deleted team and until when it can be restored."""

    team_id: TeamId
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class RestoredTeam:
    """A team that is back, and how many of its colleagues."""

    team_id: TeamId
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class ConnectedChannel:
    """A channel that is now the team's, or no longer is."""

    team_name: str
    channel: str
    is_group: bool = False
    """A chat of several people, which nobody calls a channel."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the bot says when it comes into a place."""

    is_personal: bool
    is_connected: bool = False
    is_shared: bool = False
    """Other organisations read along: no team is named."""
    team_name: str = ""
    """The team to which the place, or in a direct chat the person, belongs already."""
    own_team_name: str = ""
    """The person's own team, to which he may connect the channel."""
    may_connect: bool = False
    restorable: tuple[DeletedTeam, ...] = field(default=())
