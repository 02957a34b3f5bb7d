"""Bulk invitations: the form, the list before it is sent, the report, and why something cannot be done."""

from cards.bulk import refusals
from cards.bulk.card import paged, shown, started
from cards.bulk.forms import form

__all__ = ["form", "paged", "refusals", "shown", "started"]
