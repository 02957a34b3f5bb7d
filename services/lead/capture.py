"""A lead begun from a message: what it tells, and who asked before (B20, B24)."""

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
    """What a message tells, to be looked through before it becomes a lead."""

    draft: Draft
    warnings: tuple[Warn, ...]
    """Leads of the same contact."""
    is_shortened: bool
    """Whether the message is longer than an enquiry can be."""


async def capture(uow: UnitOfWork, actor: Actor, message: str) -> CapturedLead:
    """Read a message. Nothing is kept until somebody has looked it through."""
    actor.require(Permission.LEAD_CREATE)
    draft = read(message)
    warnings = await warned_of(uow, actor, keys_of(draft))
    return CapturedLead(draft, warnings, is_shortened=len(message.strip()) > TEXT_MAX_CHARS)
