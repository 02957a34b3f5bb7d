"""Leads brought in by file: how it is done, what would happen, how far it is, and what became of every row."""

from cards.lead_import import account, refusals
from cards.lead_import.card import VIEW, explained, shown
from cards.lead_import.forms import KEEP, NONE, columns_form
from cards.lead_import.sample import SAMPLE, SAMPLE_NAME

__all__ = [
    "KEEP",
    "NONE",
    "SAMPLE",
    "SAMPLE_NAME",
    "VIEW",
    "account",
    "columns_form",
    "explained",
    "refusals",
    "shown",
]
