"""Events about channels that are connected by a code."""

from services.events import Event


class ChannelOffered(Event, frozen=True, kw_only=True, tag="channel.offered"):
    """A user typed the code in a channel; it is not connected yet."""

    offer_id: str
    asked_of: str
    tenant: str
    conversation_id: str
    channel: str


class ChannelDeclined(Event, frozen=True, kw_only=True, tag="channel.declined"):
    """The offered channel was declined."""

    offer_id: str
