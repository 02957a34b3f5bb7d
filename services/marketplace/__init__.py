"""Marketplaces: run by an operator, joined by partners, offered leads."""

from services.marketplace.manage import change as change, create as create, show as show
from services.marketplace.model import (
    Answers as Answers,
    Marketplace as Marketplace,
    MarketplaceList as MarketplaceList,
    MarketplaceSettings as MarketplaceSettings,
    MarketplaceView as MarketplaceView,
    OfferForm as OfferForm,
    Part as Part,
    Partner as Partner,
    PartnerState as PartnerState,
    PartnerView as PartnerView,
)
from services.marketplace.offer import offer as offer, show_offer_form as show_offer_form
from services.marketplace.partner import (
    decline_partner as decline_partner,
    end as end,
    invite as invite,
    join_partner as join_partner,
    show_partner as show_partner,
    withdraw as withdraw,
)
