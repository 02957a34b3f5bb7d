"""Refusals about connecting a channel by a code: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class ChannelRefusal(Refusal):
    """A rule about connecting by a code forbids it."""


@dataclass(eq=False)
class OfferClosed(ChannelRefusal):
    """The offer was decided or has expired, or the code was not typed yet."""


@dataclass(eq=False)
class BotNotMember(ChannelRefusal):
    """The bot is no member of the channel and could not post there."""
