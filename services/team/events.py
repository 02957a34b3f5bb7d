"""Events about teams and their channels."""

from services.events import Event


class TeamEvent(Event, frozen=True, kw_only=True):
    """An event of a team."""


class TeamCreated(TeamEvent, frozen=True, kw_only=True, tag="team.created"):
    """A user created a team and owns it (A44)."""

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
    """The team was deleted; its owner can restore it for 30 days (A77)."""

    name: str


class TeamRestored(TeamEvent, frozen=True, kw_only=True, tag="team.restored"):
    """The team was restored, with the members who joined no other team meanwhile."""

    members: int


class ChannelConnected(TeamEvent, frozen=True, kw_only=True, tag="team.channel_connected"):
    """A channel was connected to the team."""

    tenant: str
    conversation_id: str
    channel: str
    channel_platform: str = ""
    """Platform of the channel, when it was connected from another one."""
    offer_id: str = ""


class ChannelDisconnected(TeamEvent, frozen=True, kw_only=True, tag="team.channel_disconnected"):
    """A channel was disconnected from the team."""

    tenant: str
    conversation_id: str
    channel: str


class ChannelShared(TeamEvent, frozen=True, kw_only=True, tag="team.channel_shared"):
    """External users joined a channel of the team."""

    tenant: str
    conversation_id: str
    channel: str
