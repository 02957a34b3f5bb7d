"""Deciding, revoking and resending invitations (A45, A46)."""

from services.actor import Actor
from services.invitation.admit import admit
from services.invitation.events import InvitationApproved, InvitationDeclined, InvitationResent, InvitationRevoked
from services.invitation.model import (
    INVITATION_TTL,
    OPEN_INVITATION_STATES,
    SENT_STATES,
    Invitation,
    InvitationKind,
    InvitationState,
    InvitationView,
)
from services.invitation.refusals import AlreadyDecided, InvitationNotOpen, IsRequester, OwnerDecides
from services.invitation.show import build_invitation_view, find_invitation
from services.permissions import Permission, Role
from services.team import seats
from services.unit_of_work import UnitOfWork

_REQUESTED = (InvitationState.REQUESTED,)
_RESENDABLE = (*SENT_STATES, InvitationState.EXPIRED)


async def approve(uow: UnitOfWork, actor: Actor, ref: str) -> InvitationView:
    """Approve a request, first decision wins.

    The mail is sent, or the user who asked to join becomes a member.
    """
    team_id = actor.require(Permission.INVITATION_DECIDE)
    wanted = await get_decidable(uow, actor, ref)
    await seats.reserve_seat(uow, team_id, besides=wanted.invitation_id)
    # From here on it holds a seat, so it needs an expiry, also where it is used at once.
    expires_at = uow.now + INVITATION_TTL
    if not await uow.invitations.send(
        team_id, wanted.invitation_id, _REQUESTED, expires_at, by=actor.user_id, at=uow.now
    ):
        raise await _already_decided(uow, actor, wanted)
    uow.emit(
        InvitationApproved(
            subject=wanted.ref, invitation_id=wanted.invitation_id, kind=wanted.kind, requested_by=wanted.requested_by
        ),
        by=actor,
    )
    if wanted.kind is InvitationKind.JOIN and wanted.user_id:
        await admit(uow, wanted, wanted.user_id, actor.place.platform)
    return await _again(uow, actor, wanted)


async def decline(uow: UnitOfWork, actor: Actor, ref: str) -> InvitationView:
    """Decline a request. First decision wins."""
    actor.require(Permission.INVITATION_DECIDE)
    wanted = await get_decidable(uow, actor, ref)
    await _decide(uow, actor, wanted, InvitationState.DECLINED)
    uow.emit(
        InvitationDeclined(
            subject=wanted.ref, invitation_id=wanted.invitation_id, kind=wanted.kind, requested_by=wanted.requested_by
        ),
        by=actor,
    )
    return await _again(uow, actor, wanted)


async def revoke(uow: UnitOfWork, actor: Actor, ref: str) -> InvitationView:
    """Revoke an invitation: its link and code become void."""
    team_id = actor.require(Permission.MEMBER_INVITE)
    wanted = await find_invitation(uow, team_id, ref)
    if not await uow.invitations.change_state(
        team_id, wanted.invitation_id, OPEN_INVITATION_STATES, InvitationState.REVOKED, by=actor.user_id, at=uow.now
    ):
        raise InvitationNotOpen(wanted.ref, wanted.with_current_state(uow.now).state)
    uow.emit(InvitationRevoked(subject=wanted.ref, invitation_id=wanted.invitation_id, kind=wanted.kind), by=actor)
    return await _again(uow, actor, wanted)


async def resend(uow: UnitOfWork, actor: Actor, ref: str) -> InvitationView:
    """Send a new link, valid for seven days; the old link and its code become void."""
    team_id = actor.require(Permission.MEMBER_INVITE)
    wanted = await find_invitation(uow, team_id, ref)
    await seats.reserve_seat(uow, team_id, besides=wanted.invitation_id)
    if not await uow.invitations.send(team_id, wanted.invitation_id, _RESENDABLE, uow.now + INVITATION_TTL):
        raise InvitationNotOpen(wanted.ref, wanted.with_current_state(uow.now).state)
    uow.emit(InvitationResent(subject=wanted.ref, invitation_id=wanted.invitation_id, kind=wanted.kind), by=actor)
    return await _again(uow, actor, wanted)


async def get_decidable(uow: UnitOfWork, actor: Actor, ref: str) -> Invitation:
    """Return a request that the actor may decide: not their own, an admin's only where admins may (A46)."""
    wanted = await find_invitation(uow, actor.team_id, ref)
    if wanted.state is not InvitationState.REQUESTED:
        raise _decided(actor, wanted)
    if actor.user_id in {wanted.requested_by, wanted.user_id}:
        raise IsRequester
    if actor.role is not Role.OWNER and await is_owner_decision(uow, wanted):
        owners = await uow.members.list_by_role(actor.team_id, (Role.OWNER,), 1)
        raise OwnerDecides(owners[0].name if owners else "")
    return wanted


async def is_owner_decision(uow: UnitOfWork, wanted: Invitation) -> bool:
    """Return whether an admin asked in a team whose owner approves the admins' invitations."""
    team = await uow.teams.get(wanted.team_id)
    asker = await uow.members.get(wanted.team_id, wanted.requested_by)
    return bool(team and team.owner_approves_admins and asker and asker.role is Role.ADMIN)


async def _decide(uow: UnitOfWork, actor: Actor, wanted: Invitation, to: InvitationState) -> None:
    if await uow.invitations.change_state(
        wanted.team_id, wanted.invitation_id, _REQUESTED, to, by=actor.user_id, at=uow.now
    ):
        return
    raise await _already_decided(uow, actor, wanted)


async def _already_decided(uow: UnitOfWork, actor: Actor, wanted: Invitation) -> AlreadyDecided:
    """Read the invitation again: another user decided in between."""
    return _decided(actor, await uow.invitations.get(wanted.team_id, wanted.invitation_id) or wanted)


def _decided(actor: Actor, invitation: Invitation) -> AlreadyDecided:
    """Build the refusal; the decider is not named to themselves."""
    by = "" if invitation.decided_by == actor.user_id else invitation.decided_by_name
    return AlreadyDecided(invitation.ref, invitation.state, by, invitation.decided_at)


async def _again(uow: UnitOfWork, actor: Actor, wanted: Invitation) -> InvitationView:
    return await build_invitation_view(uow, actor, await find_invitation(uow, actor.team_id, wanted.invitation_id))
