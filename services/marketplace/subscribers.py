"""Who hears of marketplaces: the operator's owner and admins, and every card of a lead that is no longer on offer."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
from services.marketplace.events import PartnerDeclined, PartnerEnded, PartnerJoined
from services.notices import Copies, Notice, Person
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

PARTNER: Final = "marketplace.partner"
LEADERS_MAX: Final = 50


async def decided(uow: UnitOfWork, event: PartnerJoined | PartnerDeclined) -> list[Notice]:
    """Owner and admins of the operator."""
    leaders = await uow.members.holders(event.team_id, (Role.OWNER, Role.ADMIN), LEADERS_MAX)
    return [Notice(Person(one.user_id), event.partner_id, PARTNER, TeamId(event.team_id)) for one in leaders]


async def ended(uow: UnitOfWork, event: PartnerEnded) -> list[Notice]:
    """Every card of what had been on offer to the firm."""
    del uow
    return [Notice(Copies(), lead_id, team_id=TeamId(event.team_id)) for lead_id in event.lead_ids]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    PartnerDeclined: decided,
    PartnerEnded: ended,
    PartnerJoined: decided,
}
