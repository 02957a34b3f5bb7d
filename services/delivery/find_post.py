"""Lookup of a posted card for a member who wants to read it unredacted."""

from typing import Final

from services.actor import Actor
from services.delivery.model import PostedCard
from services.errors import NotFound
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

CARD_KEY_MAX_CHARS: Final = 64


async def find_post(uow: UnitOfWork, actor: Actor, view: str, key: str) -> PostedCard:
    """Return a card in a team's channel or in the actor's own chat. Raises NotFound for any other."""
    team_id = actor.require(Permission.CARD_SHOW)
    copies = await uow.deliveries.list_posts_of(key) if 0 < len(key) <= CARD_KEY_MAX_CHARS else []
    readers = {None, actor.user_id}
    found = (copy for copy in copies if copy.team_id == team_id and copy.view == view and copy.user_id in readers)
    posted = next(found, None)
    if posted is None:
        raise NotFound("card")
    return posted
