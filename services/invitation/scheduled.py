"""Scheduled jobs about invitations: expiry."""

from typing import Final

from services.invitation.events import InvitationExpired
from services.invitation.model import SENT_STATES, InvitationState
from services.jobs import Job
from services.unit_of_work import UnitOfWork


async def expire(uow: UnitOfWork, limit: int) -> int:
    """Expire invitations that were sent more than seven days ago; return how many."""
    closed = 0
    for item in await uow.invitations.list_expired(uow.now, limit):
        if not await uow.invitations.change_state(
            item.team_id, item.invitation_id, SENT_STATES, InvitationState.EXPIRED
        ):
            continue
        closed += 1
        uow.emit(
            InvitationExpired(team_id=item.team_id, subject=item.ref, invitation_id=item.invitation_id, kind=item.kind)
        )
    return closed


JOBS: Final = (Job("invitation.expire", 60, expire),)
