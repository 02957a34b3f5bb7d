"""Subscribers about a channel that is connected by a code: the user who asked for the code, then the channel."""

from typing import Final

from services.channel.events import ChannelDeclined, ChannelOffered
from services.notices import CardCopies, ChannelCards, DirectChat, Notice, SingleChannel, Subscribers, UpdateCards
from services.people import TeamId
from services.team.events import ChannelConnected, ChannelShared
from services.unit_of_work import UnitOfWork

CHANNEL_REVIEW_VIEW: Final = "channel.review"
CHANNEL_CONNECTED_VIEW: Final = "channel.connected"
REDACTED_CARDS_MAX: Final = 500
"""Cards that are redacted when external users join: a limit for one transaction; older cards are seldom read."""

UPDATE: Final = UpdateCards("offer_id")


async def ask_issuer(uow: UnitOfWork, event: ChannelOffered) -> list[Notice]:
    """Update the card with the code to the question; send the question, if that card was ephemeral."""
    copies = await uow.deliveries.list_posts_of(event.offer_id)
    team_id = TeamId(event.team_id)
    notices = [Notice(CardCopies(), event.offer_id, team_id=team_id)]
    if any(copy.view == CHANNEL_REVIEW_VIEW and copy.user_id == event.asked_of for copy in copies):
        return notices
    return [*notices, Notice(DirectChat(event.asked_of), event.offer_id, CHANNEL_REVIEW_VIEW, team_id)]


async def notify_channel_connected(uow: UnitOfWork, event: ChannelConnected) -> list[Notice]:
    """Tell the offered channel and update the offer's cards; a channel connected from within was told at once."""
    del uow
    if not event.offer_id:
        return []
    team_id = TeamId(event.team_id)
    there = SingleChannel(event.channel_platform, event.tenant, event.conversation_id)
    return [
        Notice(CardCopies(), event.offer_id, team_id=team_id),
        Notice(there, event.offer_id, CHANNEL_CONNECTED_VIEW, team_id),
    ]


async def redact_channel_cards(uow: UnitOfWork, event: ChannelShared) -> list[Notice]:
    """Update the cards in the channel, which are redacted there from now on (A42)."""
    del uow
    there = ChannelCards(event.platform, event.tenant, event.conversation_id, REDACTED_CARDS_MAX)
    return [Notice(there, event.conversation_id, team_id=TeamId(event.team_id))]


SUBSCRIBERS: Final[Subscribers] = {
    ChannelConnected: (notify_channel_connected,),
    ChannelDeclined: (UPDATE,),
    ChannelOffered: (ask_issuer,),
    ChannelShared: (redact_channel_cards,),
}
