"""Who hears of a channel that is connected by a code: whoever asked for the code, and then the channel itself."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.channel.events import ChannelDeclined, ChannelOffered
from services.events import Event
from services.notices import Channel, Copies, Notice, Person, Standing
from services.people import TeamId
from services.team.events import ChannelConnected, ChannelShared
from services.unit_of_work import UnitOfWork

REVIEW: Final = "channel.review"
CONNECTED: Final = "channel.connected"
STANDING_MAX: Final = 500
"""So many cards of a channel are concealed when others begin to read along; older ones say little any more."""


async def offered(uow: UnitOfWork, event: ChannelOffered) -> list[Notice]:
    """The card with the code becomes the question; where it was shown in passing, the question comes by itself."""
    copies = await uow.deliveries.copies(event.offer_id)
    team_id = TeamId(event.team_id)
    told = [Notice(Copies(), event.offer_id, team_id=team_id)]
    if any(one.view == REVIEW and one.user_id == event.asked_of for one in copies):
        return told
    return [*told, Notice(Person(event.asked_of), event.offer_id, REVIEW, team_id)]


async def connected(uow: UnitOfWork, event: ChannelConnected) -> list[Notice]:
    """The channel that was offered, and the cards about it; who connects the channel where he is says it there."""
    del uow
    if not event.offer_id:
        return []
    team_id = TeamId(event.team_id)
    there = Channel(event.channel_platform, event.tenant, event.conversation_id)
    return [
        Notice(Copies(), event.offer_id, team_id=team_id),
        Notice(there, event.offer_id, CONNECTED, team_id),
    ]


async def declined(uow: UnitOfWork, event: ChannelDeclined) -> list[Notice]:
    """Every card about it."""
    del uow
    return [Notice(Copies(), event.offer_id, team_id=TeamId(event.team_id))]


async def shared(uow: UnitOfWork, event: ChannelShared) -> list[Notice]:
    """The cards that stand in the channel: from now on they are concealed there (A42)."""
    del uow
    there = Standing(event.platform, event.tenant, event.conversation_id, STANDING_MAX)
    return [Notice(there, event.conversation_id, team_id=TeamId(event.team_id))]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    ChannelConnected: connected,
    ChannelDeclined: declined,
    ChannelOffered: offered,
    ChannelShared: shared,
}
