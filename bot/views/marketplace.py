"""Views of marketplaces."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import marketplace as cards
from cards.model import Card
from services import marketplace
from services.actor import Actor
from services.errors import NotFound, NotMember
from services.unit_of_work import UnitOfWork


async def partner(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the outcome of a partner's invitation for the operator."""
    del params
    try:
        told = await marketplace.show_partner(uow, reader, key)
    except (NotMember, NotFound):
        return None
    return cards.partner_decision_card(told.name, told.marketplace, told.state)


VIEWS: Final[dict[str, View]] = {"marketplace.partner": partner}
