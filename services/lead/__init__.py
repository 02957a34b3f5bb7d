"""Leads: brought in, listed, picked, worked on, handed on, closed and returned."""

from services.lead import clockwork
from services.lead.capturing import CapturedLead, capture
from services.lead.creating import create
from services.lead.exporting import ExportedLeads, export
from services.lead.handing import delegate, share, to_delegate, to_share, vacate
from services.lead.listing import glance, list_, reveal, show
from services.lead.model import (
    Act,
    Contact,
    Entry,
    Filter,
    GoneLead,
    Hands,
    LeadDetails,
    LeadPage,
    LeadState,
    LeadView,
    Offer,
    SharedLead,
    Step,
    What,
)
from services.lead.picking import pick, undo
from services.lead.returning import return_
from services.lead.searching import FoundLeads, find, outline
from services.lead.typed import Draft
from services.lead.working import lose, note, to_work_on, win

__all__ = [
    "Act",
    "CapturedLead",
    "Contact",
    "Draft",
    "Entry",
    "ExportedLeads",
    "Filter",
    "FoundLeads",
    "GoneLead",
    "Hands",
    "LeadDetails",
    "LeadPage",
    "LeadState",
    "LeadView",
    "Offer",
    "SharedLead",
    "Step",
    "What",
    "capture",
    "clockwork",
    "create",
    "delegate",
    "export",
    "find",
    "glance",
    "list_",
    "lose",
    "note",
    "outline",
    "pick",
    "return_",
    "reveal",
    "share",
    "show",
    "to_delegate",
    "to_share",
    "to_work_on",
    "undo",
    "vacate",
    "win",
]
