"""Members: memberships that have not ended."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from services.member.model import Member
from services.people import Language
from services.permissions import Role
from storage.rows import Rows, param, params
from storage.tables import members, teams, users

_TEAM: Final = members.c.team_id == param("team_id")
_PERSON: Final = members.c.user_id == param("user_id")
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
_ALL: Final = _ORDERED.limit(param("limit"))
_COUNT: Final = select(func.count()).select_from(members).where(_TEAM, _ACTIVE)
_HOLDERS: Final = _ORDERED.where(members.c.role.in_(params("roles"))).limit(param("limit"))
_DELEGATES: Final = _ORDERED.where(members.c.may_delegate).limit(param("limit"))
# The platform's address is no proof of identity, yet enough to warn that the user is a member already.
_HAS_ADDRESS: Final = select(
    exists().where(
        _TEAM,
        _ACTIVE,
        users.c.user_id == members.c.user_id,
        or_(members.c.email == param("email"), users.c.email_hint == param("email")),
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
# A returning member keeps the row, with a new role and start.
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
    .where(_TEAM, _PERSON, _ACTIVE, members.c.role == param("old"))
    .values(role=param("new"))
    .returning(members.c.user_id)
)
_FLAG: Final = (
    update(members)
    .where(_TEAM, _PERSON, _ACTIVE)
    .values(may_delegate=param("may_delegate"))
    .returning(members.c.user_id)
)
_REMOVE: Final = (
    update(members)
    .where(_TEAM, _PERSON, _ACTIVE, members.c.role != Role.OWNER)
    .values(removed_at=param("at"))
    .returning(members.c.user_id)
)
_END_ALL: Final = update(members).where(_TEAM, _ACTIVE).values(removed_at=param("at"))
_other: Final = members.alias("other")
_REVIVE: Final = (
    update(members)
    .where(
        _TEAM,
        members.c.removed_at == param("ended_at"),
        ~exists().where(_other.c.user_id == members.c.user_id, _other.c.removed_at.is_(None)),
    )
    .values(removed_at=None)
)
DELEGATES_MAX: Final = 50
"""A card offers the responsible members in one list."""


class SqlMembers(Rows):
    """Implements `services.member.store.Members`."""

    async def get(self, team_id: str, user_id: str) -> Member | None:
        return await self._model(Member, _GET, team_id=team_id, user_id=user_id)

    async def list_all(self, team_id: str, limit: int) -> list[Member]:
        return await self._models(Member, _ALL, team_id=team_id, limit=limit)

    async def count(self, team_id: str) -> int:
        return await self._scalar(_COUNT, team_id=team_id)

    async def list_by_role(self, team_id: str, roles: Collection[Role], limit: int) -> list[Member]:
        return await self._models(Member, _HOLDERS, team_id=team_id, roles=list(roles), limit=limit)

    async def list_delegates(self, team_id: str) -> list[Member]:
        return await self._models(Member, _DELEGATES, team_id=team_id, limit=DELEGATES_MAX)

    async def has_email(self, team_id: str, email: str) -> bool:
        return bool(await self._scalar(_HAS_ADDRESS, team_id=team_id, email=email))

    async def list_emails(self, team_id: str) -> list[str]:
        rows = await self._execute(_ADDRESSES, team_id=team_id)
        return [address for row in rows for address in row if address]

    async def find_by_user(self, user_id: str) -> Member | None:
        return await self._model(Member, _OF_USER, user_id=user_id)

    async def list_languages(self, team_id: str) -> dict[str, tuple[Language, str]]:
        rows = await self._execute(_LANGUAGES, team_id=team_id)
        return {row.user_id: (Language(row.language), row.zone) for row in rows}

    async def add(self, team_id: str, user_id: str, role: Role, email: str, at: datetime) -> bool:
        row = {"team_id": team_id, "user_id": user_id, "role": role, "email": email, "joined_at": at}
        try:
            async with self._connection.begin_nested():
                return (await self._connection.execute(_ADD, row)).first() is not None
        except IntegrityError:
            # The user joined another team at the same moment (B2): uq_members_user.
            return False

    async def change_role(self, team_id: str, user_id: str, old: Role, new: Role) -> bool:
        return await self._has_changed(_CHANGE_ROLE, team_id=team_id, user_id=user_id, old=old, new=new)

    async def update_may_delegate(self, team_id: str, user_id: str, *, may_delegate: bool) -> bool:
        return await self._has_changed(_FLAG, team_id=team_id, user_id=user_id, may_delegate=may_delegate)

    async def remove(self, team_id: str, user_id: str, at: datetime) -> bool:
        return await self._has_changed(_REMOVE, team_id=team_id, user_id=user_id, at=at)

    async def transfer(self, team_id: str, old_owner_id: str, new_owner_id: str) -> bool:
        new_owner = await self.get(team_id, new_owner_id)
        if new_owner is None:
            return False
        # In this order, because uq_members_owner allows one owner at any time.
        stepped_down = await self.change_role(team_id, old_owner_id, Role.OWNER, Role.ADMIN)
        return stepped_down and await self.change_role(team_id, new_owner_id, new_owner.role, Role.OWNER)

    async def remove_all(self, team_id: str, at: datetime) -> int:
        return await self._count_changed(_END_ALL, team_id=team_id, at=at)

    async def restore_all(self, team_id: str, ended_at: datetime) -> int:
        return await self._count_changed(_REVIVE, team_id=team_id, ended_at=ended_at)
