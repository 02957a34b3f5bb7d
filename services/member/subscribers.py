"""Who hears of changes among the colleagues (A73, A74, A75, A76)."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
from services.member.events import MemberJoined, MemberLeft, MemberRemoved, MemberRoleChanged, TeamTransferred
from services.notices import Notice, Person
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork


def _to(user_id: str, view: str, event: Event, key: str) -> Notice:
    return Notice(Person(user_id), key, view, TeamId(event.team_id))


async def _owner(uow: UnitOfWork, event: Event, view: str, key: str) -> list[Notice]:
    owners = await uow.members.holders(event.team_id, (Role.OWNER,), 1)
    return [_to(one.user_id, view, event, key) for one in owners if one.user_id != event.actor_id]


async def joined(uow: UnitOfWork, event: MemberJoined) -> list[Notice]:
    """The owner hears of every new colleague (A73)."""
    return await _owner(uow, event, "member.joined", event.member_id)


async def left(uow: UnitOfWork, event: MemberLeft) -> list[Notice]:
    """The owner hears that somebody left."""
    return await _owner(uow, event, "member.left", event.member_id)


async def removed(uow: UnitOfWork, event: MemberRemoved) -> list[Notice]:
    """Whoever was removed hears it."""
    del uow
    return [_to(event.member_id, "member.removed", event, event.member_id)]


async def changed(uow: UnitOfWork, event: MemberRoleChanged) -> list[Notice]:
    """Whoever has another role hears it, unless he did it himself."""
    del uow
    if event.member_id == event.actor_id:
        return []
    return [_to(event.member_id, "member.role", event, event.member_id)]


async def transferred(uow: UnitOfWork, event: TeamTransferred) -> list[Notice]:
    """The new owner hears it."""
    del uow
    return [_to(event.member_id, "member.role", event, event.member_id)]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    MemberJoined: joined,
    MemberLeft: left,
    MemberRemoved: removed,
    MemberRoleChanged: changed,
    TeamTransferred: transferred,
}
