"""Views of channels that are connected by a code."""

from collections.abc import Mapping
from typing import Final

from bot.views.base import View
from cards import channel as cards
from cards.model import Card
from services.actor import Actor
from services.channel.model import ChannelOfferState
from services.channel.subscribers import CHANNEL_CONNECTED_VIEW, CHANNEL_REVIEW_VIEW
from services.people import PlaceKind
from services.permissions import Permission
from services.team.model import ConnectedChannel
from services.unit_of_work import UnitOfWork


async def review(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the offered channel for members who may connect it; a card that shows a code is not replaced."""
    if actor.team_id != params["team_id"] or actor.place.is_public or not actor.may(Permission.TEAM_EDIT_SETTINGS):
        return None
    found = await uow.channel_offers.get(params["team_id"], key)
    return cards.channel_review_card(found, uow.now) if found and found.state is not ChannelOfferState.ISSUED else None


async def connected(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the notice of the connection for the readers of the channel."""
    found = await uow.channel_offers.get(params["team_id"], key)
    name = await uow.teams.get_name(params["team_id"])
    if found is None or name is None or actor.team_id != params["team_id"]:
        return None
    return cards.channel_connected_card(
        ConnectedChannel(name, found.channel, is_group=actor.place.kind is PlaceKind.GROUP)
    )


VIEWS: Final[dict[str, View]] = {CHANNEL_CONNECTED_VIEW: connected, CHANNEL_REVIEW_VIEW: review}
