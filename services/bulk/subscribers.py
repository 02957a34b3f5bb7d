"""Who hears of bulk invitations: every card of one, whenever one of its firms moves on."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.bulk.events import BulkEvent, BulkResent, BulkStarted, BulkStopped
from services.events import Event
from services.invitation.events import (
    InvitationEvent,
    InvitationExpired,
    InvitationJoined,
    InvitationRefused,
    InvitationRevoked,
)
from services.invitation.model import InvitationKind
from services.marketplace.events import PartnerWithdrawn
from services.notices import Copies, Notice, Person
from services.people import TeamId
from services.unit_of_work import UnitOfWork

VIEW: Final = "bulk.card"


async def started(uow: UnitOfWork, event: BulkStarted) -> list[Notice]:
    """Whoever sent it gets the report in his own chat, wherever it was sent from."""
    told = Notice(Person(event.actor_id or ""), event.bulk_id, VIEW, TeamId(event.team_id))
    return [*await changed(uow, event), told]


async def changed(uow: UnitOfWork, event: BulkEvent) -> list[Notice]:
    """Every copy of its card."""
    del uow
    return [Notice(Copies(), event.bulk_id, team_id=TeamId(event.team_id))]


async def answered(uow: UnitOfWork, event: InvitationEvent) -> list[Notice]:
    """Every card of the bulk invitation that the firm's invitation came with."""
    return await _about(uow, event.team_id, event.invitation_id) if event.kind == InvitationKind.PARTNER else []


async def withdrawn(uow: UnitOfWork, event: PartnerWithdrawn) -> list[Notice]:
    """The same, when the operator takes one back."""
    return await _about(uow, event.team_id, event.invitation_id)


async def _about(uow: UnitOfWork, team_id: str, invitation_id: str) -> list[Notice]:
    bulk_id = await uow.bulks.of_invitation(TeamId(team_id), invitation_id)
    return [Notice(Copies(), bulk_id, team_id=TeamId(team_id))] if bulk_id else []


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    BulkResent: changed,
    BulkStarted: started,
    BulkStopped: changed,
    InvitationExpired: answered,
    InvitationJoined: answered,
    InvitationRefused: answered,
    InvitationRevoked: answered,
    PartnerWithdrawn: withdrawn,
}
