"""Team: the organisational unit, its settings, its channels and its events."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.people import Language, TeamId
from services.permissions import Role

TEAM_NAME_MAX_CHARS = 80
RESTORE_DAYS = 30
RESTORE_WINDOW = timedelta(days=RESTORE_DAYS)


@dataclass(frozen=True, slots=True)
class Team:
    """Team row."""

    team_id: TeamId
    name: str
    plan: str
    language: Language
    """Language of posts in the team's channels."""
    zone: str
    owner_approves_admins: bool
    """Whether an admin's invitation waits for the owner (A46)."""
    created_by: str
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """Taken seats and their limit (A4)."""

    taken: int
    limit: int

    @property
    def free(self) -> int:
        return max(0, self.limit - self.taken)


@dataclass(frozen=True, slots=True)
class ConnectedChannelView:
    """Connected channel as a card names it."""

    platform: str
    conversation_id: str
    name: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class TeamView:
    """Team as a member sees it, with the member's actions."""

    team_id: TeamId
    name: str
    role: Role
    owner_name: str
    members: int
    seats: Seats
    language: Language
    zone: str
    owner_approves_admins: bool
    channels: tuple[ConnectedChannelView, ...] = ()
    may_edit: bool = False
    may_delete: bool = False
    may_connect_here: bool = False


@dataclass(frozen=True, slots=True)
class CreatedTeam:
    """New team, and whether the channel of its creation is connected to it."""

    team_id: TeamId
    name: str
    channel: str = ""
    is_connected: bool = False


@dataclass(frozen=True, slots=True)
class DeletedTeam:
    """Deleted team, with the end of its restore window."""

    team_id: TeamId
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class RestoredTeam:
    """Restored team, with the number of its members."""

    team_id: TeamId
    name: str
    members: int


@dataclass(frozen=True, slots=True)
class ConnectedChannel:
    """Channel that was connected or disconnected."""

    team_name: str
    channel: str
    is_group: bool = False
    """Whether it is a group chat, which users do not call a channel."""


@dataclass(frozen=True, slots=True)
class WelcomeView:
    """Welcome on the bot's arrival in a place."""

    is_personal: bool
    is_connected: bool = False
    is_shared: bool = False
    """Whether external users are readers: then no team is named."""
    team_name: str = ""
    """Team of the place or, in a direct chat, of the user."""
    own_team_name: str = ""
    """User's own team, to which the channel may be connected."""
    may_connect: bool = False
    restorable: tuple[DeletedTeam, ...] = field(default=())
