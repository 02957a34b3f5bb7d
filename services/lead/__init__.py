"""Leads: created, listed, picked, worked on, delegated, closed and returned."""

from services.lead import scheduled as scheduled
from services.lead.capture import CapturedLead as CapturedLead, capture as capture
from services.lead.create import create as create
from services.lead.delegate import (
    delegate as delegate,
    release_leads as release_leads,
    share as share,
    show_delegate_form as show_delegate_form,
    show_share_form as show_share_form,
)
from services.lead.draft import LeadDraft as LeadDraft
from services.lead.export import ExportedLeads as ExportedLeads, export as export
from services.lead.give_back import return_ as return_
from services.lead.model import (
    ActivityType as ActivityType,
    Contact as Contact,
    HandoverChoices as HandoverChoices,
    HiddenLead as HiddenLead,
    LeadAction as LeadAction,
    LeadActivity as LeadActivity,
    LeadDetails as LeadDetails,
    LeadFilter as LeadFilter,
    LeadPage as LeadPage,
    LeadState as LeadState,
    LeadStep as LeadStep,
    LeadView as LeadView,
    OfferStatus as OfferStatus,
    SharedLead as SharedLead,
)
from services.lead.pick import pick as pick, undo as undo
from services.lead.search import LeadSearchResult as LeadSearchResult, find as find, outline as outline
from services.lead.show import list_ as list_, reveal as reveal, show as show, show_posted as show_posted
from services.lead.work import get_workable as get_workable, lose as lose, note as note, win as win
