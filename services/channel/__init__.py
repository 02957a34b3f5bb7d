"""Channels of other platforms, connected by a code."""

from services.channel.connect import (
    claim_code as claim_code,
    confirm as confirm,
    decline as decline,
    issue_code as issue_code,
    review as review,
)
from services.channel.model import (
    ChannelCode as ChannelCode,
    ChannelOffer as ChannelOffer,
    ChannelOfferState as ChannelOfferState,
)
