"""View of an import, updated as it proceeds."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import lead_import as cards
from cards.model import Card
from services import lead_import
from services.actor import Actor
from services.errors import NotFound, NotMember, NotPermitted
from services.file import FileExpired
from services.unit_of_work import UnitOfWork


async def card(uow: UnitOfWork, reader: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the current import for the member who started it."""
    del params
    try:
        return cards.import_card(await lead_import.show_progress(uow, reader, key))
    except (NotMember, NotFound, NotPermitted, FileExpired):
        return None


VIEWS: Final[dict[str, View]] = {cards.VIEW: card}
