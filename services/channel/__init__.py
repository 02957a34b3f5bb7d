"""Channels of other platforms, connected by a code."""

from services.channel.connecting import ask, confirm, decline, offer, review
from services.channel.model import ChannelCode, ChannelOffer, OfferState

__all__ = ["ChannelCode", "ChannelOffer", "OfferState", "ask", "confirm", "decline", "offer", "review"]
