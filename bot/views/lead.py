"""Views of leads."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import lead as cards
from cards.model import Card
from services import lead
from services.actor import Actor
from services.errors import NotFound, NotMember
from services.lead.model import HiddenLead, LeadView
from services.unit_of_work import UnitOfWork


async def _glance(uow: UnitOfWork, reader: Actor, lead_id: str) -> LeadView | HiddenLead | None:
    """Load what the reader may see; None for a former member and for an unknown lead."""
    try:
        return await lead.show_posted(uow, reader, lead_id)
    except (NotMember, NotFound):
        return None


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current lead."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.lead_card(seen) if seen else None


async def delegated(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render who delegated the lead while the reader is responsible, else the current lead."""
    seen = await _glance(uow, reader, key)
    if not isinstance(seen, LeadView) or seen.responsible_id != reader.user_id:
        return cards.lead_card(seen) if seen else None
    by = await uow.users.get(params.get("by", ""))
    return cards.delegated_lead_card(seen, by.name if by else "") if by else cards.lead_card(seen)


async def reminder(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render a reminder while the lead is unchanged."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.posted_lead_card(seen, cards.REMINDER_VIEW) if seen else None


async def failed(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render that no team picked the lead while this is so."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.posted_lead_card(seen, cards.FAILED_VIEW) if seen else None


VIEWS: Final[dict[str, View]] = {
    "lead.card": card,
    cards.DELEGATED_VIEW: delegated,
    cards.FAILED_VIEW: failed,
    cards.REMINDER_VIEW: reminder,
}
