"""Leads: card, list, details, forms, search, export and refusals."""

from cards.lead import refusals as refusals
from cards.lead.card import (
    DELEGATED_VIEW as DELEGATED_VIEW,
    FAILED_VIEW as FAILED_VIEW,
    REMINDER_VIEW as REMINDER_VIEW,
    delegated_lead_card as delegated_lead_card,
    failed_lead_card as failed_lead_card,
    gone_lead_card as gone_lead_card,
    lead_card as lead_card,
    lead_details_card as lead_details_card,
    lead_reminder_card as lead_reminder_card,
    posted_lead_card as posted_lead_card,
    returned_lead_card as returned_lead_card,
    shared_lead_card as shared_lead_card,
)
from cards.lead.export import (
    LEAD_HEADER as LEAD_HEADER,
    lead_export_card as lead_export_card,
    lead_row as lead_row,
    leads_file_name as leads_file_name,
    no_leads_card as no_leads_card,
)
from cards.lead.forms import (
    captured_lead_form as captured_lead_form,
    delegate_form as delegate_form,
    lose_form as lose_form,
    new_lead_form as new_lead_form,
    note_form as note_form,
    return_form as return_form,
    share_form as share_form,
    win_form as win_form,
)
from cards.lead.lead_list import BACK_TO_LIST as BACK_TO_LIST, lead_list_card as lead_list_card
from cards.lead.search import lead_outline_card as lead_outline_card, search_results_card as search_results_card
