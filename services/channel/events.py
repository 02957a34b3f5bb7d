"""Events about channels that are connected by a code."""

from services.events import Event


class ChannelOffered(Event, frozen=True, kw_only=True, tag="channel.offered"):
    """Somebody typed the code in a channel; nothing was connected yet."""

    offer_id: str
    asked_of: str
    tenant: str
    conversation_id: str
    channel: str


class ChannelDeclined(Event, frozen=True, kw_only=True, tag="channel.declined"):
    """An offered channel was not wanted."""

    offer_id: str
