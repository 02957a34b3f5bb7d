"""Changing roles, responsible members and the owner (A74, A76, B17)."""

from dataclasses import replace

from services.actor import Actor
from services.errors import ConfirmationWarning, Invalid, NeedsConfirmation, NotFound, Outdated
from services.member.events import MemberFlagged, MemberRoleChanged, TeamTransferred
from services.member.model import ASSIGNABLE_ROLES, ChangedMember, Member, TransferredTeam
from services.member.refusals import AlreadyOwner, OwnerProtected, OwnershipNotAssignable
from services.member.resolve import find_member
from services.permissions import Permission, Role
from services.unit_of_work import UnitOfWork


async def change_role(uow: UnitOfWork, actor: Actor, who: str, role: str) -> ChangedMember:
    """Change a member's role, effective from the next action; neither from nor to owner (A74)."""
    team_id = actor.require(Permission.MEMBER_CHANGE_ROLE)
    new = parse_role(role)
    colleague = await find_member(uow, team_id, who)
    if colleague.role is Role.OWNER:
        raise OwnerProtected(colleague.name, is_self=colleague.user_id == actor.user_id)
    if colleague.role is not new:
        if not await uow.members.change_role(team_id, colleague.user_id, colleague.role, new):
            raise Outdated("member", colleague.name)
        uow.emit(MemberRoleChanged(member_id=colleague.user_id, old=colleague.role, new=new), by=actor)
    return _changed(colleague, new, may_delegate=colleague.may_delegate)


async def change(
    uow: UnitOfWork, actor: Actor, who: str, role: str, *, may_delegate: bool | None = None
) -> ChangedMember:
    """Change a member's role and, where given, whether they are a responsible member."""
    team_id = actor.require(Permission.MEMBER_CHANGE_ROLE)
    colleague = await find_member(uow, team_id, who)
    changed = await change_role(uow, actor, colleague.user_id, role)
    if may_delegate is None:
        return changed
    return replace(
        await set_responsible(uow, actor, colleague.user_id, may_delegate=may_delegate), old_role=changed.old_role
    )


def parse_role(role: str) -> Role:
    """Parse an assignable role, in either language. Raises Invalid, OwnershipNotGiven."""
    named = _ROLES.get(role.strip().casefold())
    if named is None:
        raise Invalid("role", "role")
    if named not in ASSIGNABLE_ROLES:
        raise OwnershipNotAssignable
    return named


_ROLES = {
    "owner": Role.OWNER,
    "inhaber": Role.OWNER,
    "inhaberin": Role.OWNER,
    "admin": Role.ADMIN,
    "administrator": Role.ADMIN,
    "administratorin": Role.ADMIN,
    "member": Role.MEMBER,
    "mitglied": Role.MEMBER,
    "viewer": Role.VIEWER,
    "betrachter": Role.VIEWER,
    "betrachterin": Role.VIEWER,
}
ROLE_WORDS = frozenset(_ROLES)
"""Case-folded words for roles."""


def _changed(colleague: Member, role: Role, *, may_delegate: bool) -> ChangedMember:
    return ChangedMember(colleague.user_id, colleague.name, role, may_delegate, colleague.role)


async def set_responsible(uow: UnitOfWork, actor: Actor, who: str, *, may_delegate: bool) -> ChangedMember:
    """Set whether a member is a responsible one, who may delegate any lead of the team (B17)."""
    team_id = actor.require(Permission.MEMBER_CHANGE_ROLE)
    colleague = await find_member(uow, team_id, who)
    if colleague.may_delegate is not may_delegate:
        if not await uow.members.update_may_delegate(team_id, colleague.user_id, may_delegate=may_delegate):
            raise NotFound("member", colleague.name)
        uow.emit(MemberFlagged(member_id=colleague.user_id, may_delegate=may_delegate), by=actor)
    return _changed(colleague, colleague.role, may_delegate=may_delegate)


async def transfer(uow: UnitOfWork, actor: Actor, who: str, *, accept: tuple[str, ...] = ()) -> TransferredTeam:
    """Make an active member the owner and the actor an admin, both or neither (A76)."""
    team_id = actor.require(Permission.TEAM_TRANSFER)
    heir = await find_member(uow, team_id, who)
    if heir.user_id == actor.user_id:
        raise AlreadyOwner
    name = await uow.teams.get_name(team_id) or ""
    if "member.transfer" not in accept:
        asked = ConfirmationWarning("member.transfer", {"name": heir.name, "team": name})
        raise NeedsConfirmation((asked, ConfirmationWarning("member.transfer.effect", {"name": heir.name})))
    if not await uow.members.transfer(team_id, actor.user_id, heir.user_id):
        raise Outdated("member", heir.name)
    uow.emit(TeamTransferred(member_id=heir.user_id, old_owner_id=actor.user_id), by=actor)
    return TransferredTeam(name, heir.name)
