"""Subscribers about members: the owner, and the member concerned (A73, A74, A75, A76)."""

from typing import Final

from services.events import Event
from services.member.events import MemberJoined, MemberLeft, MemberRemoved, MemberRoleChanged, TeamTransferred
from services.notices import DirectChat, Notice, Subscribers, TellUser
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

TELL_ROLE: Final = TellUser("member_id", "member.role", "member_id")


async def _tell_owner(uow: UnitOfWork, event: Event, view: str, key: str) -> list[Notice]:
    owners = await uow.members.list_by_role(event.team_id, (Role.OWNER,), 1)
    return [
        Notice(DirectChat(owner.user_id), key, view, TeamId(event.team_id))
        for owner in owners
        if owner.user_id != event.actor_id
    ]


async def notify_joined(uow: UnitOfWork, event: MemberJoined) -> list[Notice]:
    """Tell the owner of every new member (A73)."""
    return await _tell_owner(uow, event, "member.joined", event.member_id)


async def notify_left(uow: UnitOfWork, event: MemberLeft) -> list[Notice]:
    """Tell the owner that a member left."""
    return await _tell_owner(uow, event, "member.left", event.member_id)


async def role_changed(uow: UnitOfWork, event: MemberRoleChanged) -> list[Notice]:
    """Tell the member with the new role, unless the change was their own."""
    return [] if event.member_id == event.actor_id else await TELL_ROLE(uow, event)


SUBSCRIBERS: Final[Subscribers] = {
    MemberJoined: (notify_joined,),
    MemberLeft: (notify_left,),
    MemberRemoved: (TellUser("member_id", "member.removed", "member_id"),),
    MemberRoleChanged: (role_changed,),
    TeamTransferred: (TELL_ROLE,),
}
