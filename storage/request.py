"""What somebody asked a colleague with the right to do."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.people import TeamId
from services.permissions import Permission
from services.request.model import Request, RequestState
from storage.tables import requests, users

_askers: Final = users.alias("askers")
_deciders: Final = users.alias("deciders")

_TEAM: Final = requests.c.team_id == bindparam("p_team_id")
_OPEN: Final = requests.c.state == RequestState.OPEN
_READ: Final = select(
    requests,
    _askers.c.name.label("asked_by_name"),
    func.coalesce(_deciders.c.name, "").label("decided_by_name"),
).select_from(
    requests.join(_askers, _askers.c.user_id == requests.c.asked_by).outerjoin(
        _deciders, _deciders.c.user_id == requests.c.decided_by
    )
)
_ADD: Final = insert(requests)
_GET: Final = _READ.where(_TEAM, requests.c.request_id == bindparam("p_request_id"))
_OPEN_OF: Final = (
    _READ.where(_TEAM, _OPEN, requests.c.asked_by == bindparam("p_user_id"))
    .order_by(requests.c.asked_at)
    .limit(bindparam("p_limit"))
)
_WAITING: Final = (
    _READ.where(
        _TEAM,
        _OPEN,
        requests.c.permission.in_(bindparam("p_permissions", expanding=True)),
        requests.c.asked_by != bindparam("p_but"),
    )
    .order_by(requests.c.asked_at)
    .limit(bindparam("p_limit"))
)
_DECIDE: Final = (
    update(requests)
    .where(_TEAM, _OPEN, requests.c.request_id == bindparam("p_request_id"))
    .values(state=bindparam("p_to"), decided_by=bindparam("p_by"), decided_at=bindparam("p_at"))
    .returning(requests.c.request_id)
)
WITHDRAWN_MAX: Final = 1_000


class SqlRequests:
    """Implements the requests of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: Request) -> None:
        row = {
            "team_id": request.team_id,
            "request_id": request.request_id,
            "command": request.command,
            "args": dict(request.args),
            "permission": request.permission,
            "asked_by": request.asked_by,
            "asked_at": request.asked_at,
            "state": request.state,
        }
        await self._connection.execute(_ADD, row)

    async def get(self, team_id: str, request_id: str) -> Request | None:
        values = {"p_team_id": team_id, "p_request_id": request_id}
        row = (await self._connection.execute(_GET, values)).mappings().one_or_none()
        return None if row is None else _request(row)

    async def open_of(self, team_id: str, user_id: str, limit: int) -> list[Request]:
        values = {"p_team_id": team_id, "p_user_id": user_id, "p_limit": limit}
        return [_request(row) for row in (await self._connection.execute(_OPEN_OF, values)).mappings()]

    async def waiting(self, team_id: str, permissions: Collection[Permission], but: str, limit: int) -> list[Request]:
        values = {"p_team_id": team_id, "p_permissions": list(permissions), "p_but": but, "p_limit": limit}
        return [_request(row) for row in (await self._connection.execute(_WAITING, values)).mappings()]

    async def decide(self, team_id: str, request_id: str, to: RequestState, by: str, at: datetime) -> bool:
        values: dict[str, Any] = {
            "p_team_id": team_id,
            "p_request_id": request_id,
            "p_to": to,
            "p_by": by,
            "p_at": at,
        }
        return (await self._connection.execute(_DECIDE, values)).one_or_none() is not None

    async def withdraw(self, team_id: str, user_id: str, at: datetime) -> list[Request]:
        asked = await self.open_of(team_id, user_id, WITHDRAWN_MAX)
        withdrawn = RequestState.WITHDRAWN
        return [one for one in asked if await self.decide(team_id, one.request_id, withdrawn, user_id, at)]


def _request(row: RowMapping) -> Request:
    return Request(
        team_id=TeamId(row["team_id"]),
        request_id=row["request_id"],
        command=row["command"],
        permission=Permission(row["permission"]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        args=row["args"],
        state=RequestState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        asked_by_name=row["asked_by_name"],
        decided_by_name=row["decided_by_name"],
    )
