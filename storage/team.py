"""Teams and the numbers they give."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.people import Language, TeamId
from services.permissions import Role
from services.team.model import Team
from storage.tables import counters, members, teams

RESTORABLE_MAX: Final = 10

_TEAM: Final = teams.c.team_id == bindparam("p_team_id")
_LIVES: Final = teams.c.deleted_at.is_(None)

_GET: Final = select(teams).where(_TEAM, _LIVES)
_NAME: Final = select(teams.c.name).where(_TEAM, _LIVES)
_LOCK: Final = _GET.with_for_update()
_ADD: Final = insert(teams)
_RENAME: Final = update(teams).where(_TEAM, _LIVES).values(name=bindparam("p_name"))
_CHANGE_SETTINGS: Final = (
    update(teams)
    .where(_TEAM, _LIVES)
    .values(
        language=bindparam("p_language"),
        zone=bindparam("p_zone"),
        owner_approves_admins=bindparam("p_owner_approves_admins"),
    )
)
_DELETE: Final = update(teams).where(_TEAM, _LIVES).values(deleted_at=bindparam("p_at")).returning(teams.c.team_id)
_RESTORE: Final = (
    update(teams).where(_TEAM, teams.c.deleted_at > bindparam("p_since")).values(deleted_at=None).returning(_TEAM)
)
# Memberships end in the very moment in which the team does, so that nobody's older one counts.
_DELETED: Final = (
    select(teams)
    .join(members, (members.c.team_id == teams.c.team_id) & (members.c.removed_at == teams.c.deleted_at))
    .where(
        members.c.user_id == bindparam("p_user_id"),
        members.c.role == Role.OWNER,
        teams.c.deleted_at > bindparam("p_since"),
    )
    .order_by(teams.c.deleted_at.desc())
    .limit(RESTORABLE_MAX)
)
_NEXT_NUMBERS: Final = (
    insert(counters)
    .values(team_id=bindparam("p_team_id"), kind=bindparam("p_kind"), last=bindparam("p_count"))
    .on_conflict_do_update(
        index_elements=[counters.c.team_id, counters.c.kind],
        set_={"last": counters.c.last + bindparam("p_count")},
    )
    .returning(counters.c.last)
)


class SqlTeams:
    """Implements the teams of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, team_id: str) -> Team | None:
        row = (await self._connection.execute(_GET, {"p_team_id": team_id})).mappings().one_or_none()
        return None if row is None else _team(row)

    async def name(self, team_id: str) -> str | None:
        return (await self._connection.execute(_NAME, {"p_team_id": team_id})).scalar_one_or_none()

    async def lock(self, team_id: str) -> Team | None:
        row = (await self._connection.execute(_LOCK, {"p_team_id": team_id})).mappings().one_or_none()
        return None if row is None else _team(row)

    async def add(self, team: Team) -> None:
        await self._connection.execute(_ADD, _row(team))

    async def rename(self, team_id: str, name: str) -> None:
        await self._connection.execute(_RENAME, {"p_team_id": team_id, "p_name": name})

    async def change_settings(
        self, team_id: str, language: Language, zone: str, *, owner_approves_admins: bool
    ) -> None:
        values = {
            "p_team_id": team_id,
            "p_language": language,
            "p_zone": zone,
            "p_owner_approves_admins": owner_approves_admins,
        }
        await self._connection.execute(_CHANGE_SETTINGS, values)

    async def delete(self, team_id: str, at: datetime) -> bool:
        deleted = await self._connection.execute(_DELETE, {"p_team_id": team_id, "p_at": at})
        return deleted.one_or_none() is not None

    async def restore(self, team_id: str, since: datetime) -> bool:
        restored = await self._connection.execute(_RESTORE, {"p_team_id": team_id, "p_since": since})
        return restored.one_or_none() is not None

    async def deleted(self, user_id: str, since: datetime) -> list[Team]:
        rows = await self._connection.execute(_DELETED, {"p_user_id": user_id, "p_since": since})
        return [_team(row) for row in rows.mappings()]

    async def next_number(self, team_id: str, kind: str) -> int:
        return await self.next_numbers(team_id, kind, 1)

    async def next_numbers(self, team_id: str, kind: str, count: int) -> int:
        values = {"p_team_id": team_id, "p_kind": kind, "p_count": count}
        return (await self._connection.execute(_NEXT_NUMBERS, values)).scalar_one()


def _row(team: Team) -> dict[str, Any]:
    return {
        "team_id": team.team_id,
        "name": team.name,
        "plan": team.plan,
        "language": team.language,
        "zone": team.zone,
        "owner_approves_admins": team.owner_approves_admins,
        "created_by": team.created_by,
        "created_at": team.created_at,
    }


def _team(row: RowMapping) -> Team:
    return Team(
        TeamId(row["team_id"]),
        row["name"],
        row["plan"],
        Language(row["language"]),
        row["zone"],
        row["owner_approves_admins"],
        row["created_by"],
        row["created_at"],
        row["deleted_at"],
    )
