"""Bulk invitations: form, draft, report, files and refusals."""

from cards.bulk import refusals as refusals
from cards.bulk.card import (
    bulk_card as bulk_card,
    bulk_page_card as bulk_page_card,
    bulk_started_card as bulk_started_card,
)
from cards.bulk.forms import bulk_form as bulk_form
