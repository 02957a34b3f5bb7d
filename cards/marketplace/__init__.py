"""Marketplaces: their partners and states, the forms around them, offering a lead, and why something cannot be done."""

from cards.marketplace import refusals
from cards.marketplace.card import listed, partner_told, shown
from cards.marketplace.forms import change_form, create_form, invite_form, offer_form

__all__ = [
    "change_form",
    "create_form",
    "invite_form",
    "listed",
    "offer_form",
    "partner_told",
    "refusals",
    "shown",
]
