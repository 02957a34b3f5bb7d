"""Bulk invitations: the form, the list before it is sent, the report, and why something cannot be done."""

from cards.bulk import refusals as refusals
from cards.bulk.card import paged as paged, shown as shown, started as started
from cards.bulk.forms import form as form
