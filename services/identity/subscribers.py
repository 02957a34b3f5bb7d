"""Subscribers about linking: both users, on the cards that they have; the first one in any case."""

from typing import Final

from services.identity.events import IdentityAgreed, IdentityDeclined, IdentityLinked
from services.notices import Copies, Notice, Person, Subscribers, UpdateCards
from services.people import TeamId
from services.unit_of_work import UnitOfWork

REVIEW: Final = "identity.review"

UPDATE: Final = UpdateCards("link_id")


async def agreed(uow: UnitOfWork, event: IdentityAgreed) -> list[Notice]:
    """Update the card with the code to the question; send the question, if that card was ephemeral."""
    copies = await uow.deliveries.copies(event.link_id)
    team_id = TeamId(event.team_id)
    notices = [Notice(Copies(), event.link_id, team_id=team_id)]
    if any(one.view == REVIEW and one.user_id == event.asked_of for one in copies):
        return notices
    return [*notices, Notice(Person(event.asked_of), event.link_id, REVIEW, team_id)]


SUBSCRIBERS: Final[Subscribers] = {
    IdentityAgreed: (agreed,),
    IdentityDeclined: (UPDATE,),
    IdentityLinked: (UPDATE,),
}
