"""Marketplaces: run, joined by partners, offered leads."""

from services.marketplace.model import (
    Answers,
    Marketplace,
    MarketplaceList,
    MarketplaceView,
    OfferForm,
    Part,
    Partner,
    PartnerState,
    PartnerView,
    Settings,
)
from services.marketplace.offering import offer, offer_form
from services.marketplace.partnering import decline_partner, end, invite, join_partner, show_partner, withdraw
from services.marketplace.running import change, create, show

__all__ = [
    "Answers",
    "Marketplace",
    "MarketplaceList",
    "MarketplaceView",
    "OfferForm",
    "Part",
    "Partner",
    "PartnerState",
    "PartnerView",
    "Settings",
    "change",
    "create",
    "decline_partner",
    "end",
    "invite",
    "join_partner",
    "offer",
    "offer_form",
    "show",
    "show_partner",
    "withdraw",
]
