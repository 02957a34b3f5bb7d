"""Ending a membership: by removal, or by the member's own choice (A75)."""

from services.actor import Actor
from services.errors import ConfirmationWarning, NeedsConfirmation, Outdated
from services.invitation.events import InvitationRevoked
from services.lead.delegate import release_leads
from services.member.events import MemberLeft, MemberRemoved
from services.member.model import Member, RemovedMember
from services.member.refusals import OwnerProtected
from services.member.resolve import find_member
from services.permissions import Permission, Role
from services.request.events import RequestWithdrawn
from services.unit_of_work import UnitOfWork


async def remove(uow: UnitOfWork, actor: Actor, who: str, *, accept: tuple[str, ...] = ()) -> RemovedMember:
    """End a member's access at once.

    The leads stay, the member's requests are withdrawn, the seat becomes free (A75).
    """
    team_id = actor.require(Permission.MEMBER_REMOVE)
    colleague = await find_member(uow, team_id, who)
    if colleague.user_id == actor.user_id:
        return await leave(uow, actor, accept=accept)
    if colleague.role is Role.OWNER:
        raise OwnerProtected(colleague.name)
    if "member.remove" not in accept:
        raise NeedsConfirmation(
            (
                ConfirmationWarning("member.remove", {"name": colleague.name}),
                ConfirmationWarning("member.remove.effect"),
            )
        )
    await _end(uow, actor, colleague)
    uow.emit(MemberRemoved(member_id=colleague.user_id, role=colleague.role), by=actor)
    return RemovedMember(colleague.name, await uow.teams.get_name(team_id) or "")


async def leave(uow: UnitOfWork, actor: Actor, *, accept: tuple[str, ...] = ()) -> RemovedMember:
    """End the actor's own membership, except the owner's."""
    team_id = actor.require(Permission.MEMBER_LEAVE)
    oneself = await find_member(uow, team_id, actor.user_id)
    if oneself.role is Role.OWNER:
        raise OwnerProtected(oneself.name, is_self=True)
    name = await uow.teams.get_name(team_id) or ""
    # Confirming the removal of a member does not confirm leaving.
    if "member.leave" not in accept:
        raise NeedsConfirmation(
            (ConfirmationWarning("member.leave", {"team": name}), ConfirmationWarning("member.leave.effect"))
        )
    await _end(uow, actor, oneself)
    uow.emit(MemberLeft(member_id=oneself.user_id, role=oneself.role), by=actor)
    return RemovedMember(oneself.name, name, is_self=True)


async def _end(uow: UnitOfWork, actor: Actor, colleague: Member) -> None:
    team_id, user_id = colleague.team_id, colleague.user_id
    if not await uow.members.remove(team_id, user_id, uow.now):
        raise Outdated("member", colleague.name)
    await release_leads(uow, team_id, user_id)
    for item in await uow.invitations.revoke_requested_by(team_id, user_id):
        uow.emit(
            InvitationRevoked(subject=item.ref, invitation_id=item.invitation_id, kind=item.kind),
            by=actor,
        )
    for asked in await uow.requests.withdraw_all(team_id, user_id, uow.now):
        uow.emit(
            RequestWithdrawn(request_id=asked.request_id, command=asked.command, asked_by=asked.asked_by),
            by=actor,
        )
