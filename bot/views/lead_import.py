"""View of an import, updated as it proceeds."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import lead_import as cards
from cards.model import Card
from services import lead_import
from services.errors import NotColleague, NotFound, NotPermitted
from services.file import FileGone
from services.people import Actor
from services.unit_of_work import UnitOfWork


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current import for the member who started it."""
    del params
    try:
        return cards.shown(await lead_import.follow(uow, reader, key))
    except (NotColleague, NotFound, NotPermitted, FileGone):
        return None


VIEWS: Final[dict[str, View]] = {cards.VIEW: card}
