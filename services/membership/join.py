"""Use an invitation: its code ties the chat identity to it, once (A45, B2)."""

from services.actor import Actor
from services.codes import WRONG_CODES_MAX, WrongCode, check_wrong_codes, record_wrong_code
from services.invitation.admit import admit, emit_joined
from services.invitation.model import Invitation, InvitationKind, InvitationState, JoinedTeam
from services.invitation.tokens import digest_invitation_code
from services.marketplace.partner import join_partner
from services.people import TeamId
from services.permissions import Permission
from services.team import seats
from services.unit_of_work import UnitOfWork


async def join(uow: UnitOfWork, actor: Actor, code: str) -> JoinedTeam | WrongCode:
    """Become a member, or join a marketplace for one's team, by the code of the invitation's page.

    A wrong code is returned, not raised, because it is counted: after five in 15 minutes further codes are not
    compared.
    """
    actor.require(Permission.INVITATION_JOIN)
    await check_wrong_codes(uow, actor.user_id)
    wanted = await _coded(uow, code)
    if wanted is None:
        return await record_wrong_code(uow, actor.user_id)
    await uow.users.delete_wrong_codes(actor.user_id)
    if wanted.kind is InvitationKind.PARTNER:
        return await _join_marketplace(uow, actor, wanted)
    await seats.reserve_seat(uow, wanted.team_id, besides=wanted.invitation_id)
    if not await admit(uow, wanted, actor.user_id, actor.place.platform):
        return WrongCode(WRONG_CODES_MAX)
    return JoinedTeam(await uow.teams.get_name(wanted.team_id) or "", wanted.role)


async def _coded(uow: UnitOfWork, code: str) -> Invitation | None:
    """Return the invitation of a valid code, if its team still exists."""
    wanted = await uow.invitations.find_by_code(digest_invitation_code(uow.keyring, code))
    if wanted is None or wanted.code_expires_at is None or wanted.code_expires_at <= uow.now:
        return None
    if wanted.is_expired(uow.now) or await uow.teams.get_name(wanted.team_id) is None:
        return None
    return wanted


async def _join_marketplace(uow: UnitOfWork, actor: Actor, wanted: Invitation) -> JoinedTeam | WrongCode:
    if not await uow.invitations.join(wanted.team_id, wanted.invitation_id, (InvitationState.ACCEPTED,), actor.user_id):
        return WrongCode(WRONG_CODES_MAX)
    joined = await join_partner(uow, actor, wanted)
    emit_joined(uow, wanted, actor.user_id, actor.place.platform)
    operator = await uow.teams.get_name(TeamId(wanted.team_id)) or ""
    return JoinedTeam(operator, actor.role, wanted.kind, joined.name)
