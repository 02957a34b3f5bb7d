"""Capture of a lead from a message, with the leads of the same contact (B20, B24)."""

from dataclasses import dataclass

from services.actor import Actor
from services.errors import ConfirmationWarning
from services.lead.create import list_duplicate_warnings
from services.lead.draft import LeadDraft, parse_contact_keys
from services.lead.message_parser import parse_message
from services.lead.model import ENQUIRY_MAX_CHARS
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CapturedLead:
    """Draft parsed from a message, to be checked before it becomes a lead."""

    draft: LeadDraft
    warnings: tuple[ConfirmationWarning, ...]
    """Leads with the same contact."""
    is_shortened: bool
    """Whether the message was longer than an enquiry may be."""


async def capture(uow: UnitOfWork, actor: Actor, message: str) -> CapturedLead:
    """Parse a message into a draft.

    Nothing is stored before a member has checked it.
    """
    actor.require(Permission.LEAD_CREATE)
    draft = parse_message(message)
    warnings = await list_duplicate_warnings(uow, actor, parse_contact_keys(draft))
    return CapturedLead(draft, warnings, is_shortened=len(message.strip()) > ENQUIRY_MAX_CHARS)
