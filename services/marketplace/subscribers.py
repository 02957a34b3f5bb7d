"""Subscribers about marketplaces: the operator's owner and admins, and cards of leads no longer on offer."""

from typing import Final

from services.marketplace.events import PartnerDeclined, PartnerEnded, PartnerJoined
from services.notices import CardCopies, DirectChat, Notice, Subscribers
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

PARTNER_VIEW: Final = "marketplace.partner"
OPERATOR_RECIPIENTS_MAX: Final = 50


async def notify_requester(uow: UnitOfWork, event: PartnerJoined | PartnerDeclined) -> list[Notice]:
    """Tell owner and admins of the operator."""
    leaders = await uow.members.list_by_role(event.team_id, (Role.OWNER, Role.ADMIN), OPERATOR_RECIPIENTS_MAX)
    return [
        Notice(DirectChat(leader.user_id), event.partner_id, PARTNER_VIEW, TeamId(event.team_id)) for leader in leaders
    ]


async def update_ended_offers(uow: UnitOfWork, event: PartnerEnded) -> list[Notice]:
    """Update the cards of the leads that were on offer to the partner."""
    del uow
    return [Notice(CardCopies(), lead_id, team_id=TeamId(event.team_id)) for lead_id in event.lead_ids]


SUBSCRIBERS: Final[Subscribers] = {
    PartnerDeclined: (notify_requester,),
    PartnerEnded: (update_ended_offers,),
    PartnerJoined: (notify_requester,),
}
