"""Leads: created, listed, picked, worked on, delegated, closed and returned."""

from services.lead import scheduled as scheduled
from services.lead.capture import CapturedLead as CapturedLead, capture as capture
from services.lead.create import create as create
from services.lead.delegate import (
    delegate as delegate,
    share as share,
    to_delegate as to_delegate,
    to_share as to_share,
    vacate as vacate,
)
from services.lead.draft import Draft as Draft
from services.lead.export import ExportedLeads as ExportedLeads, export as export
from services.lead.give_back import return_ as return_
from services.lead.model import (
    Act as Act,
    Contact as Contact,
    Entry as Entry,
    Filter as Filter,
    GoneLead as GoneLead,
    Hands as Hands,
    LeadDetails as LeadDetails,
    LeadPage as LeadPage,
    LeadState as LeadState,
    LeadView as LeadView,
    Offer as Offer,
    SharedLead as SharedLead,
    Step as Step,
    What as What,
)
from services.lead.pick import pick as pick, undo as undo
from services.lead.search import FoundLeads as FoundLeads, find as find, outline as outline
from services.lead.show import glance as glance, list_ as list_, reveal as reveal, show as show
from services.lead.work import lose as lose, note as note, to_work_on as to_work_on, win as win
