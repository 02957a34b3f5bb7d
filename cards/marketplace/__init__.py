"""Marketplaces: their partners and states, the forms around them, offering a lead, and why something cannot be done."""

from cards.marketplace import refusals as refusals
from cards.marketplace.card import listed as listed, partner_told as partner_told, shown as shown
from cards.marketplace.forms import (
    change_form as change_form,
    create_form as create_form,
    invite_form as invite_form,
    offer_form as offer_form,
)
