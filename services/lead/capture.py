"""Capture of a lead from a message, with the leads of the same contact (B20, B24)."""

from dataclasses import dataclass

from services.actor import Actor
from services.errors import Warn
from services.lead.create import warned_of
from services.lead.draft import Draft, keys_of
from services.lead.message_parser import read
from services.lead.model import TEXT_MAX_CHARS
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CapturedLead:
    """Draft parsed from a message, to be checked before it becomes a lead."""

    draft: Draft
    warnings: tuple[Warn, ...]
    """Leads with the same contact."""
    is_shortened: bool
    """Whether the message was longer than an enquiry may be."""


async def capture(uow: UnitOfWork, actor: Actor, message: str) -> CapturedLead:
    """Parse a message into a draft.

    Nothing is stored before a member has checked it.
    """
    actor.require(Permission.LEAD_CREATE)
    draft = read(message)
    warnings = await warned_of(uow, actor, keys_of(draft))
    return CapturedLead(draft, warnings, is_shortened=len(message.strip()) > TEXT_MAX_CHARS)
