"""Views of bulk invitations."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import bulk as cards
from cards.model import Card
from services import bulk
from services.actor import Actor
from services.errors import NotFound, NotMember
from services.unit_of_work import UnitOfWork


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current report."""
    del params
    try:
        return cards.bulk_card(await bulk.show(uow, reader, key))
    except (NotMember, NotFound):
        return None


VIEWS: Final[dict[str, View]] = {"bulk.card": card}
