"""Subscribers about marketplaces: the operator's owner and admins, and cards of leads no longer on offer."""

from typing import Final

from services.marketplace.events import PartnerDeclined, PartnerEnded, PartnerJoined
from services.notices import Copies, Notice, Person, Subscribers
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

PARTNER: Final = "marketplace.partner"
LEADERS_MAX: Final = 50


async def decided(uow: UnitOfWork, event: PartnerJoined | PartnerDeclined) -> list[Notice]:
    """Tell owner and admins of the operator."""
    leaders = await uow.members.holders(event.team_id, (Role.OWNER, Role.ADMIN), LEADERS_MAX)
    return [Notice(Person(one.user_id), event.partner_id, PARTNER, TeamId(event.team_id)) for one in leaders]


async def ended(uow: UnitOfWork, event: PartnerEnded) -> list[Notice]:
    """Update the cards of the leads that were on offer to the partner."""
    del uow
    return [Notice(Copies(), lead_id, team_id=TeamId(event.team_id)) for lead_id in event.lead_ids]


SUBSCRIBERS: Final[Subscribers] = {
    PartnerDeclined: (decided,),
    PartnerEnded: (ended,),
    PartnerJoined: (decided,),
}
