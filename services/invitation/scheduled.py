"""Scheduled jobs about invitations: expiry."""

from typing import Final

from services.invitation.events import InvitationExpired
from services.invitation.model import SENT_STATES, InvitationState
from services.jobs import Job
from services.unit_of_work import UnitOfWork


async def expire(uow: UnitOfWork, limit: int) -> int:
    """Expire invitations that were sent more than seven days ago; return how many."""
    closed = 0
    for one in await uow.invitations.list_expired(uow.now, limit):
        if not await uow.invitations.change_state(one.team_id, one.invitation_id, SENT_STATES, InvitationState.EXPIRED):
            continue
        closed += 1
        uow.emit(
            InvitationExpired(team_id=one.team_id, subject=one.ref, invitation_id=one.invitation_id, kind=one.kind)
        )
    return closed


JOBS: Final = (Job("invitation.expire", 60, expire),)
