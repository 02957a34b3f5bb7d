"""Views of bulk invitations."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import bulk as cards
from cards.model import Card
from services import bulk
from services.errors import NotColleague, NotFound
from services.people import Actor
from services.unit_of_work import UnitOfWork


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current report."""
    del params
    try:
        return cards.shown(await bulk.show(uow, reader, key))
    except (NotColleague, NotFound):
        return None


VIEWS: Final[dict[str, View]] = {"bulk.card": card}
