"""Teams and the numbers they give."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.people import Language
from services.permissions import Role
from services.team.model import Team
from storage.rows import Rows, param, row_of
from storage.tables import counters, members, teams

RESTORABLE_MAX: Final = 10

_TEAM: Final = teams.c.team_id == param("team_id")
_LIVES: Final = teams.c.deleted_at.is_(None)

_GET: Final = select(teams).where(_TEAM, _LIVES)
_NAME: Final = select(teams.c.name).where(_TEAM, _LIVES)
_LOCK: Final = _GET.with_for_update()
_ADD: Final = insert(teams)
_RENAME: Final = update(teams).where(_TEAM, _LIVES).values(name=param("name"))
_CHANGE_SETTINGS: Final = (
    update(teams)
    .where(_TEAM, _LIVES)
    .values(
        language=param("language"),
        zone=param("zone"),
        owner_approves_admins=param("owner_approves_admins"),
    )
)
_DELETE: Final = update(teams).where(_TEAM, _LIVES).values(deleted_at=param("at")).returning(teams.c.team_id)
_RESTORE: Final = (
    update(teams).where(_TEAM, teams.c.deleted_at > param("since")).values(deleted_at=None).returning(_TEAM)
)
# Memberships end at the same time as their team: an older membership that ended before does not count.
_DELETED: Final = (
    select(teams)
    .join(members, (members.c.team_id == teams.c.team_id) & (members.c.removed_at == teams.c.deleted_at))
    .where(
        members.c.user_id == param("user_id"),
        members.c.role == Role.OWNER,
        teams.c.deleted_at > param("since"),
    )
    .order_by(teams.c.deleted_at.desc())
    .limit(RESTORABLE_MAX)
)
_NEXT_NUMBERS: Final = (
    insert(counters)
    .values(team_id=param("team_id"), kind=param("kind"), last=param("count"))
    .on_conflict_do_update(
        index_elements=[counters.c.team_id, counters.c.kind],
        set_={"last": counters.c.last + param("count")},
    )
    .returning(counters.c.last)
)


class SqlTeams(Rows):
    """Implements `services.team.store.Teams`."""

    async def get(self, team_id: str) -> Team | None:
        return await self._model(Team, _GET, team_id=team_id)

    async def get_name(self, team_id: str) -> str | None:
        return await self._scalar(_NAME, team_id=team_id)

    async def get_for_update(self, team_id: str) -> Team | None:
        return await self._model(Team, _LOCK, team_id=team_id)

    async def add(self, team: Team) -> None:
        await self._insert(_ADD, [row_of(team, teams)])

    async def update_name(self, team_id: str, name: str) -> None:
        await self._execute(_RENAME, team_id=team_id, name=name)

    async def update_settings(
        self, team_id: str, language: Language, zone: str, *, owner_approves_admins: bool
    ) -> None:
        await self._execute(
            _CHANGE_SETTINGS,
            team_id=team_id,
            language=language,
            zone=zone,
            owner_approves_admins=owner_approves_admins,
        )

    async def delete(self, team_id: str, at: datetime) -> bool:
        return await self._has_changed(_DELETE, team_id=team_id, at=at)

    async def restore(self, team_id: str, since: datetime) -> bool:
        return await self._has_changed(_RESTORE, team_id=team_id, since=since)

    async def list_deleted(self, user_id: str, since: datetime) -> list[Team]:
        return await self._models(Team, _DELETED, user_id=user_id, since=since)

    async def add_number(self, team_id: str, kind: str) -> int:
        return await self.add_numbers(team_id, kind, 1)

    async def add_numbers(self, team_id: str, kind: str, count: int) -> int:
        return await self._scalar(_NEXT_NUMBERS, team_id=team_id, kind=kind, count=count)
