"""Events about teams and their channels."""

from services.events import Event


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
