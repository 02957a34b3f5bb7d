"""Subscribers about linking: both users, on the cards that they have; the first one in any case."""

from typing import Final

from services.identity.events import IdentityAgreed, IdentityDeclined, IdentityLinked
from services.notices import CardCopies, DirectChat, Notice, Subscribers, UpdateCards
from services.people import TeamId
from services.unit_of_work import UnitOfWork

IDENTITY_REVIEW_VIEW: Final = "identity.review"

UPDATE: Final = UpdateCards("link_id")


async def ask_first_side(uow: UnitOfWork, event: IdentityAgreed) -> list[Notice]:
    """Update the card with the code to the question; send the question, if that card was ephemeral."""
    copies = await uow.deliveries.list_posts_of(event.link_id)
    team_id = TeamId(event.team_id)
    notices = [Notice(CardCopies(), event.link_id, team_id=team_id)]
    if any(copy.view == IDENTITY_REVIEW_VIEW and copy.user_id == event.asked_of for copy in copies):
        return notices
    return [*notices, Notice(DirectChat(event.asked_of), event.link_id, IDENTITY_REVIEW_VIEW, team_id)]


SUBSCRIBERS: Final[Subscribers] = {
    IdentityAgreed: (ask_first_side,),
    IdentityDeclined: (UPDATE,),
    IdentityLinked: (UPDATE,),
}
