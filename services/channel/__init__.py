"""Channels of other platforms, connected by a code."""

from services.channel.connect import (
    ask as ask,
    confirm as confirm,
    decline as decline,
    offer as offer,
    review as review,
)
from services.channel.model import ChannelCode as ChannelCode, ChannelOffer as ChannelOffer, OfferState as OfferState
