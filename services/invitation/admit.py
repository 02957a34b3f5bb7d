"""Admit a user to a team by an invitation (A45, B2)."""

from services.invitation.events import InvitationJoined
from services.invitation.model import SENT_STATES, Invitation
from services.member.events import MemberJoined
from services.team.refusals import AlreadyInTeam
from services.unit_of_work import UnitOfWork


async def admit(uow: UnitOfWork, wanted: Invitation, user_id: str, platform: str) -> bool:
    """Make the user a member by this invitation; False when it has just been used. Raises AlreadyInTeam (B2)."""
    team_id = wanted.team_id
    if await uow.members.find_by_user(user_id):
        raise AlreadyInTeam(wanted.user_name)
    if not await uow.invitations.join(team_id, wanted.invitation_id, SENT_STATES, user_id):
        return False
    if not await uow.members.add(team_id, user_id, wanted.role, wanted.email, uow.now):
        raise AlreadyInTeam(wanted.user_name)
    emit_joined(uow, wanted, user_id, platform)
    uow.emit(
        MemberJoined(
            team_id=team_id,
            actor_id=user_id,
            platform=platform,
            subject=wanted.ref,
            member_id=user_id,
            role=wanted.role,
            invitation=wanted.ref,
        )
    )
    return True


def emit_joined(uow: UnitOfWork, wanted: Invitation, user_id: str, platform: str) -> None:
    """Emit that the invitation was used, in the name of the user who used it."""
    uow.emit(
        InvitationJoined(
            team_id=wanted.team_id,
            actor_id=user_id,
            platform=platform,
            subject=wanted.ref,
            invitation_id=wanted.invitation_id,
            kind=wanted.kind,
        )
    )
