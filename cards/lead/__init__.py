"""Leads: the card in the channel, the list, the details, the forms, and why something cannot be done."""

from cards.lead import refusals
from cards.lead.card import (
    DELEGATED,
    FAILED,
    REMINDER,
    delegated,
    detailed,
    failed,
    gone,
    reminded,
    returned,
    shared,
    shown,
    standing,
)
from cards.lead.forms import (
    captured,
    create_form,
    delegate_form,
    lose_form,
    note_form,
    return_form,
    share_form,
    win_form,
)
from cards.lead.hits import found, outlined
from cards.lead.page import PICK_BACK, listed
from cards.lead.sheet import HEADER, exported, named, nothing_to_export, row

__all__ = [
    "DELEGATED",
    "FAILED",
    "HEADER",
    "PICK_BACK",
    "REMINDER",
    "captured",
    "create_form",
    "delegate_form",
    "delegated",
    "detailed",
    "exported",
    "failed",
    "found",
    "gone",
    "listed",
    "lose_form",
    "named",
    "note_form",
    "nothing_to_export",
    "outlined",
    "refusals",
    "reminded",
    "return_form",
    "returned",
    "row",
    "share_form",
    "shared",
    "shown",
    "standing",
    "win_form",
]
