"""Leads: the card in the channel, the list, the details, the forms, and why something cannot be done."""

from cards.lead import refusals as refusals
from cards.lead.card import (
    DELEGATED as DELEGATED,
    FAILED as FAILED,
    REMINDER as REMINDER,
    delegated as delegated,
    detailed as detailed,
    failed as failed,
    gone as gone,
    reminded as reminded,
    returned as returned,
    shared as shared,
    shown as shown,
    standing as standing,
)
from cards.lead.export import (
    HEADER as HEADER,
    exported as exported,
    named as named,
    nothing_to_export as nothing_to_export,
    row as row,
)
from cards.lead.forms import (
    captured as captured,
    create_form as create_form,
    delegate_form as delegate_form,
    lose_form as lose_form,
    note_form as note_form,
    return_form as return_form,
    share_form as share_form,
    win_form as win_form,
)
from cards.lead.lead_list import PICK_BACK as PICK_BACK, listed as listed
from cards.lead.search import found as found, outlined as outlined
