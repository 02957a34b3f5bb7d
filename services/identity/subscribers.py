"""Who hears of linking: both sides, on the cards that they have before them, the first one in any case."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
from services.identity.events import IdentityAgreed, IdentityDeclined, IdentityEvent, IdentityLinked
from services.notices import Copies, Notice, Person
from services.people import TeamId
from services.unit_of_work import UnitOfWork

REVIEW: Final = "identity.review"


async def agreed(uow: UnitOfWork, event: IdentityAgreed) -> list[Notice]:
    """The card with the code becomes the question; where it was shown in passing, the question comes by itself."""
    copies = await uow.deliveries.copies(event.link_id)
    team_id = TeamId(event.team_id)
    told = [Notice(Copies(), event.link_id, team_id=team_id)]
    if any(one.view == REVIEW and one.user_id == event.asked_of for one in copies):
        return told
    return [*told, Notice(Person(event.asked_of), event.link_id, REVIEW, team_id)]


async def changed(uow: UnitOfWork, event: IdentityEvent) -> list[Notice]:
    """Every card about it."""
    del uow
    return [Notice(Copies(), event.link_id, team_id=TeamId(event.team_id))]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    IdentityAgreed: agreed,
    IdentityDeclined: changed,
    IdentityLinked: changed,
}
