"""A team: the one organisational unit, its settings, its channels, and what happens to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.errors import Refusal
from services.events import Event
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


class TeamEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a team."""


class TeamCreated(TeamEvent, frozen=True, kw_only=True, tag="team.created"):
    """Somebody founded a team and is its owner (A44)."""

    name: str


class TeamRenamed(TeamEvent, frozen=True, kw_only=True, tag="team.renamed"):
    """The team has another name."""

    old: str
    new: str


class TeamSettingsChanged(TeamEvent, frozen=True, kw_only=True, tag="team.settings_changed"):
    """Language, zone or the owner's approval of admins' invitations changed."""

    old: dict[str, str]
    new: dict[str, str]


class TeamDeleted(TeamEvent, frozen=True, kw_only=True, tag="team.deleted"):
    """The team is no more; its owner can restore it for 30 days (A77)."""

    name: str


class TeamRestored(TeamEvent, frozen=True, kw_only=True, tag="team.restored"):
    """The team is back, with the colleagues who joined no other one meanwhile."""

    members: int


class ChannelConnected(TeamEvent, frozen=True, kw_only=True, tag="team.channel_connected"):
    """A channel belongs to the team from now on."""

    tenant: str
    conversation_id: str
    channel: str
    channel_platform: str = ""
    """Where the channel is, when it was connected from elsewhere."""
    offer_id: str = ""


class ChannelDisconnected(TeamEvent, frozen=True, kw_only=True, tag="team.channel_disconnected"):
    """A channel no longer belongs to the team."""

    tenant: str
    conversation_id: str
    channel: str


class ChannelShared(TeamEvent, frozen=True, kw_only=True, tag="team.channel_shared"):
    """People of other organisations read along in a channel of the team from now on."""

    tenant: str
    conversation_id: str
    channel: str


class TeamRefusal(Refusal):
    """A team's rules say no."""


@dataclass(eq=False)
class AlreadyInTeam(TeamRefusal):
    """A person is a colleague of one team at a time (B2)."""

    name: str = ""
    """Somebody else; empty for the reader."""


@dataclass(eq=False)
class AlreadyConnected(TeamRefusal):
    """The channel belongs to a team already; which one is not said."""


@dataclass(eq=False)
class NotInChannel(TeamRefusal):
    """Only a channel can be connected, and this is a direct chat."""


@dataclass(eq=False)
class OwnerSets(TeamRefusal):
    """Whether the owner approves the admins' invitations is set by the owner alone (A46)."""

    owner: str


@dataclass(eq=False)
class NothingToRestore(TeamRefusal):
    """No team of this person was deleted in the last 30 days."""


@dataclass(eq=False)
class SeatsTaken(TeamRefusal):
    """Every seat of the plan is taken, by colleagues or by open invitations (A4)."""

    seats: Seats


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
