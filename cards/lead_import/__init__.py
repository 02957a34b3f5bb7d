"""Leads brought in by file: how it is done, what would happen, how far it is, and what became of every row."""

from cards.lead_import import refusals as refusals, skipped_rows as account
from cards.lead_import.card import VIEW as VIEW, explained as explained, shown as shown
from cards.lead_import.forms import KEEP as KEEP, NONE as NONE, columns_form as columns_form
from cards.lead_import.sample import SAMPLE as SAMPLE, SAMPLE_NAME as SAMPLE_NAME
