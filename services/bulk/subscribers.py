"""Subscribers about bulk invitations: the sender, and every card of one when one of its invitations changes."""

from typing import Final

from services.bulk.events import BulkResent, BulkStarted, BulkStopped
from services.invitation.events import (
    InvitationEvent,
    InvitationExpired,
    InvitationJoined,
    InvitationRefused,
    InvitationRevoked,
)
from services.invitation.model import InvitationKind
from services.marketplace.events import PartnerWithdrawn
from services.notices import CardCopies, Notice, Subscribers, TellUser, UpdateCards
from services.people import TeamId
from services.unit_of_work import UnitOfWork

BULK_VIEW: Final = "bulk.card"

UPDATE: Final = UpdateCards("bulk_id")


async def invitation_answered(uow: UnitOfWork, event: InvitationEvent) -> list[Notice]:
    """Update the cards of the bulk invitation that the partner's invitation belongs to."""
    return await _update_bulk(uow, event.team_id, event.invitation_id) if event.kind == InvitationKind.PARTNER else []


async def partner_withdrawn(uow: UnitOfWork, event: PartnerWithdrawn) -> list[Notice]:
    """Update the cards of the bulk invitation whose invitation the operator took back."""
    return await _update_bulk(uow, event.team_id, event.invitation_id)


async def _update_bulk(uow: UnitOfWork, team_id: str, invitation_id: str) -> list[Notice]:
    bulk_id = await uow.bulks.find_id_by_invitation(TeamId(team_id), invitation_id)
    return [Notice(CardCopies(), bulk_id, team_id=TeamId(team_id))] if bulk_id else []


SUBSCRIBERS: Final[Subscribers] = {
    BulkResent: (UPDATE,),
    BulkStarted: (UPDATE, TellUser("actor_id", BULK_VIEW, "bulk_id")),
    BulkStopped: (UPDATE,),
    InvitationExpired: (invitation_answered,),
    InvitationJoined: (invitation_answered,),
    InvitationRefused: (invitation_answered,),
    InvitationRevoked: (invitation_answered,),
    PartnerWithdrawn: (partner_withdrawn,),
}
