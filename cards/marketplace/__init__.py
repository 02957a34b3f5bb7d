"""Marketplaces: partners and their states, forms, offering a lead, and refusals."""

from cards.marketplace import refusals as refusals
from cards.marketplace.card import (
    marketplace_card as marketplace_card,
    marketplace_list_card as marketplace_list_card,
    partner_decision_card as partner_decision_card,
)
from cards.marketplace.forms import (
    marketplace_settings_form as marketplace_settings_form,
    new_marketplace_form as new_marketplace_form,
    offer_form as offer_form,
    partner_invitation_form as partner_invitation_form,
)
