"""Views of leads."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import lead as cards
from cards.model import Card
from services import lead
from services.errors import NotColleague, NotFound
from services.lead.model import GoneLead, LeadView
from services.people import Actor
from services.unit_of_work import UnitOfWork


async def _glance(uow: UnitOfWork, reader: Actor, lead_id: str) -> LeadView | GoneLead | None:
    """Load what the reader may see; None for a former member and for an unknown lead."""
    try:
        return await lead.glance(uow, reader, lead_id)
    except (NotColleague, NotFound):
        return None


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current lead."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.shown(seen) if seen else None


async def delegated(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render who delegated the lead while the reader is responsible, else the current lead."""
    seen = await _glance(uow, reader, key)
    if not isinstance(seen, LeadView) or seen.responsible_id != reader.user_id:
        return cards.shown(seen) if seen else None
    by = await uow.users.get(params.get("by", ""))
    return cards.delegated(seen, by.name if by else "") if by else cards.shown(seen)


async def reminder(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render a reminder while the lead is unchanged."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.standing(seen, cards.REMINDER) if seen else None


async def failed(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render that no team picked the lead while this is so."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.standing(seen, cards.FAILED) if seen else None


VIEWS: Final[dict[str, View]] = {
    "lead.card": card,
    cards.DELEGATED: delegated,
    cards.FAILED: failed,
    cards.REMINDER: reminder,
}
