"""Views of requests."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import request as cards
from cards.model import Card
from services.actor import Actor
from services.request.ask import build_request_view
from services.unit_of_work import UnitOfWork


async def approval(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the request for its approvers."""
    asked = await uow.requests.get(params["team_id"], key)
    if asked is None or actor.team_id != asked.team_id or not actor.may(asked.permission):
        return None
    return cards.request_card(await build_request_view(uow, actor, asked))


async def decided(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the outcome for the requester."""
    asked = await uow.requests.get(params["team_id"], key)
    if asked is None or actor.user_id != asked.asked_by:
        return None
    return cards.request_decided_card(await build_request_view(uow, actor, asked))


VIEWS: Final[dict[str, View]] = {"request.approval": approval, "request.decided": decided}
