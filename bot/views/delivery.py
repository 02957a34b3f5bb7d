"""Views of messages whose outcome is unknown."""

from collections.abc import Mapping

from bot.views.base import View
from cards import delivery as cards
from cards.model import Card
from services import delivery
from services.people import Actor
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def unknown(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the messages for members who may resend them, while their outcome is unknown."""
    del params
    if not actor.may(Permission.DELIVERY_RESEND):
        return None
    return cards.unknown(await delivery.show(uow, actor, key))


VIEWS: dict[str, View] = {cards.VIEW: unknown}
