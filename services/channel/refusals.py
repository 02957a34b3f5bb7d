"""Refusals about connecting a channel by a code: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class ChannelRefusal(Refusal):
    """The rules of connecting by a code say no."""


@dataclass(eq=False)
class OfferOver(ChannelRefusal):
    """It was decided, its minutes have passed, or nobody has typed the code yet."""


@dataclass(eq=False)
class BotMissing(ChannelRefusal):
    """The bot is no member of the channel, so that nothing could be posted there."""
