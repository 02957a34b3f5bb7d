"""Cards about leads, drawn when they are sent or change."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import lead as cards
from cards.model import Card
from services import lead
from services.actor import Actor
from services.errors import NotColleague, NotFound
from services.lead.model import GoneLead, LeadView
from services.unit_of_work import UnitOfWork


async def _glance(uow: UnitOfWork, reader: Actor, lead_id: str) -> LeadView | GoneLead | None:
    """What there is to say; nothing to somebody who has left the team, and of a lead that was never here."""
    try:
        return await lead.glance(uow, reader, lead_id)
    except (NotColleague, NotFound):
        return None


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """The lead as it stands."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.lead_card(seen) if seen else None


async def delegated(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Whoever is in charge now reads from whom; once it is somebody else's, the lead as it stands."""
    seen = await _glance(uow, reader, key)
    if not isinstance(seen, LeadView) or seen.responsible_id != reader.user_id:
        return cards.lead_card(seen) if seen else None
    by = await uow.users.get(params.get("by", ""))
    return cards.delegated_lead_card(seen, by.name if by else "") if by else cards.lead_card(seen)


async def reminder(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """A reminder, as long as nothing has happened."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.posted_lead_card(seen, cards.REMINDER_VIEW) if seen else None


async def failed(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """That nobody took it, as long as that is so."""
    del params
    seen = await _glance(uow, reader, key)
    return cards.posted_lead_card(seen, cards.FAILED_VIEW) if seen else None


VIEWS: Final[dict[str, View]] = {
    "lead.card": card,
    cards.DELEGATED_VIEW: delegated,
    cards.FAILED_VIEW: failed,
    cards.REMINDER_VIEW: reminder,
}
