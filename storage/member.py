"""Colleagues: memberships that have not ended."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, RowMapping, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.member.model import Member
from services.people import Language, TeamId, UserId
from services.permissions import Role
from storage.tables import members, teams, users

_TEAM: Final = members.c.team_id == bindparam("p_team_id")
_PERSON: Final = members.c.user_id == bindparam("p_user_id")
_ACTIVE: Final = members.c.removed_at.is_(None)
_LIVING: Final = and_(teams.c.team_id == members.c.team_id, teams.c.deleted_at.is_(None))

_RANK: Final = case({Role.OWNER: 0, Role.ADMIN: 1, Role.MEMBER: 2}, value=members.c.role, else_=3)
_READ: Final = (
    select(
        members.c.team_id,
        members.c.user_id,
        users.c.name,
        members.c.role,
        members.c.joined_at,
        members.c.may_delegate,
        members.c.email,
    )
    .select_from(members.join(users, users.c.user_id == members.c.user_id).join(teams, _LIVING))
    .where(_ACTIVE)
)
_ORDERED: Final = _READ.where(_TEAM).order_by(_RANK, func.lower(users.c.name), members.c.user_id)

_GET: Final = _READ.where(_TEAM, _PERSON)
_ALL: Final = _ORDERED.limit(bindparam("p_limit"))
_COUNT: Final = select(func.count()).select_from(members).where(_TEAM, _ACTIVE)
_HOLDERS: Final = _ORDERED.where(members.c.role.in_(bindparam("p_roles", expanding=True))).limit(bindparam("p_limit"))
_DELEGATES: Final = _ORDERED.where(members.c.may_delegate).limit(bindparam("p_limit"))
# The platform's address is no proof, yet enough to say that somebody is here already.
_HAS_ADDRESS: Final = select(
    exists().where(
        _TEAM,
        _ACTIVE,
        users.c.user_id == members.c.user_id,
        or_(members.c.email == bindparam("p_email"), users.c.email_hint == bindparam("p_email")),
    )
)
_ADDRESSES: Final = (
    select(members.c.email, users.c.email_hint).join(users, users.c.user_id == members.c.user_id).where(_TEAM, _ACTIVE)
)
_OF_USER: Final = _READ.where(_PERSON)
_LANGUAGES: Final = (
    select(users.c.user_id, users.c.language, users.c.zone)
    .join(members, members.c.user_id == users.c.user_id)
    .where(_TEAM, _ACTIVE)
)
_INSERT: Final = insert(members)
# Whoever comes back is the same colleague with a new start.
_ADD: Final = _INSERT.on_conflict_do_update(
    index_elements=[members.c.team_id, members.c.user_id],
    set_={
        "role": _INSERT.excluded.role,
        "email": _INSERT.excluded.email,
        "may_delegate": False,
        "joined_at": _INSERT.excluded.joined_at,
        "removed_at": None,
    },
    where=members.c.removed_at.is_not(None),
).returning(members.c.user_id)
_CHANGE_ROLE: Final = (
    update(members)
    .where(_TEAM, _PERSON, _ACTIVE, members.c.role == bindparam("p_old"))
    .values(role=bindparam("p_new"))
    .returning(members.c.user_id)
)
_FLAG: Final = (
    update(members)
    .where(_TEAM, _PERSON, _ACTIVE)
    .values(may_delegate=bindparam("p_may_delegate"))
    .returning(members.c.user_id)
)
_REMOVE: Final = (
    update(members)
    .where(_TEAM, _PERSON, _ACTIVE, members.c.role != Role.OWNER)
    .values(removed_at=bindparam("p_at"))
    .returning(members.c.user_id)
)
_END_ALL: Final = update(members).where(_TEAM, _ACTIVE).values(removed_at=bindparam("p_at"))
_other: Final = members.alias("other")
_REVIVE: Final = (
    update(members)
    .where(
        _TEAM,
        members.c.removed_at == bindparam("p_ended_at"),
        ~exists().where(_other.c.user_id == members.c.user_id, _other.c.removed_at.is_(None)),
    )
    .values(removed_at=None)
)
DELEGATES_MAX: Final = 50


class SqlMembers:
    """Implements the members of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, team_id: str, user_id: str) -> Member | None:
        return await self._one(_GET, {"p_team_id": team_id, "p_user_id": user_id})

    async def all(self, team_id: str, limit: int) -> list[Member]:
        return await self._many(_ALL, {"p_team_id": team_id, "p_limit": limit})

    async def count(self, team_id: str) -> int:
        return (await self._connection.execute(_COUNT, {"p_team_id": team_id})).scalar_one()

    async def holders(self, team_id: str, roles: Collection[Role], limit: int) -> list[Member]:
        return await self._many(_HOLDERS, {"p_team_id": team_id, "p_roles": list(roles), "p_limit": limit})

    async def delegates(self, team_id: str) -> list[Member]:
        return await self._many(_DELEGATES, {"p_team_id": team_id, "p_limit": DELEGATES_MAX})

    async def has_address(self, team_id: str, email: str) -> bool:
        found = await self._connection.execute(_HAS_ADDRESS, {"p_team_id": team_id, "p_email": email})
        return bool(found.scalar_one())

    async def addresses(self, team_id: str) -> list[str]:
        rows = await self._connection.execute(_ADDRESSES, {"p_team_id": team_id})
        return [address for row in rows for address in row if address]

    async def of_user(self, user_id: str) -> Member | None:
        return await self._one(_OF_USER, {"p_user_id": user_id})

    async def languages(self, team_id: str) -> dict[str, tuple[Language, str]]:
        rows = await self._connection.execute(_LANGUAGES, {"p_team_id": team_id})
        return {user_id: (Language(language), zone) for user_id, language, zone in rows}

    async def add(self, team_id: str, user_id: str, role: Role, email: str, at: datetime) -> bool:
        row = {"team_id": team_id, "user_id": user_id, "role": role, "email": email, "joined_at": at}
        try:
            async with self._connection.begin_nested():
                return (await self._connection.execute(_ADD, row)).one_or_none() is not None
        except IntegrityError:
            # Somebody joined elsewhere in this very moment (B2).
            return False

    async def change_role(self, team_id: str, user_id: str, old: Role, new: Role) -> bool:
        return await self._changed(_CHANGE_ROLE, team_id, user_id, {"p_old": old, "p_new": new})

    async def flag(self, team_id: str, user_id: str, *, may_delegate: bool) -> bool:
        return await self._changed(_FLAG, team_id, user_id, {"p_may_delegate": may_delegate})

    async def remove(self, team_id: str, user_id: str, at: datetime) -> bool:
        return await self._changed(_REMOVE, team_id, user_id, {"p_at": at})

    async def transfer(self, team_id: str, old_owner_id: str, new_owner_id: str) -> bool:
        new_owner = await self.get(team_id, new_owner_id)
        if new_owner is None:
            return False
        # In this order, because there is never more than one owner.
        stepped_down = await self.change_role(team_id, old_owner_id, Role.OWNER, Role.ADMIN)
        return stepped_down and await self.change_role(team_id, new_owner_id, new_owner.role, Role.OWNER)

    async def end_all(self, team_id: str, at: datetime) -> int:
        return (await self._connection.execute(_END_ALL, {"p_team_id": team_id, "p_at": at})).rowcount

    async def revive(self, team_id: str, ended_at: datetime) -> int:
        return (await self._connection.execute(_REVIVE, {"p_team_id": team_id, "p_ended_at": ended_at})).rowcount

    async def _one(self, statement: Executable, values: dict[str, Any]) -> Member | None:
        row = (await self._connection.execute(statement, values)).mappings().one_or_none()
        return None if row is None else _member(row)

    async def _many(self, statement: Executable, values: dict[str, Any]) -> list[Member]:
        return [_member(row) for row in (await self._connection.execute(statement, values)).mappings()]

    async def _changed(self, statement: Executable, team_id: str, user_id: str, values: dict[str, Any]) -> bool:
        key = {"p_team_id": team_id, "p_user_id": user_id}
        return (await self._connection.execute(statement, {**key, **values})).one_or_none() is not None


def _member(row: RowMapping) -> Member:
    return Member(
        TeamId(row["team_id"]),
        UserId(row["user_id"]),
        row["name"],
        Role(row["role"]),
        row["joined_at"],
        row["may_delegate"],
        row["email"],
    )
