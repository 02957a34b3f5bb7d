"""Requests of members to a member with the permission."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update

from services.permissions import Permission
from services.request.model import Request, RequestState
from storage.rows import Rows, or_empty, param, params, row_of
from storage.tables import requests, users

_askers: Final = users.alias("askers")
_deciders: Final = users.alias("deciders")

_TEAM: Final = requests.c.team_id == param("team_id")
_OPEN: Final = requests.c.state == RequestState.OPEN
_READ: Final = select(
    requests,
    _askers.c.name.label("asked_by_name"),
    or_empty(_deciders.c.name, "decided_by_name"),
).select_from(
    requests.join(_askers, _askers.c.user_id == requests.c.asked_by).outerjoin(
        _deciders, _deciders.c.user_id == requests.c.decided_by
    )
)
_ADD: Final = insert(requests)
_GET: Final = _READ.where(_TEAM, requests.c.request_id == param("request_id"))
_OPEN_OF: Final = (
    _READ.where(_TEAM, _OPEN, requests.c.asked_by == param("user_id"))
    .order_by(requests.c.asked_at)
    .limit(param("limit"))
)
_WAITING: Final = (
    _READ.where(
        _TEAM,
        _OPEN,
        requests.c.permission.in_(params("permissions")),
        requests.c.asked_by != param("but"),
    )
    .order_by(requests.c.asked_at)
    .limit(param("limit"))
)
_DECIDE: Final = (
    update(requests)
    .where(_TEAM, _OPEN, requests.c.request_id == param("request_id"))
    .values(state=param("to"), decided_by=param("by"), decided_at=param("at"))
    .returning(requests.c.request_id)
)
WITHDRAWN_MAX: Final = 1_000


class SqlRequests(Rows):
    """Implements `services.request.store.Requests`."""

    async def add(self, request: Request) -> None:
        await self._insert(_ADD, [row_of(request, requests)])

    async def get(self, team_id: str, request_id: str) -> Request | None:
        return await self._model(Request, _GET, team_id=team_id, request_id=request_id)

    async def list_open_of(self, team_id: str, user_id: str, limit: int) -> list[Request]:
        return await self._models(Request, _OPEN_OF, team_id=team_id, user_id=user_id, limit=limit)

    async def list_open_for(
        self, team_id: str, permissions: Collection[Permission], but: str, limit: int
    ) -> list[Request]:
        return await self._models(
            Request, _WAITING, team_id=team_id, permissions=list(permissions), but=but, limit=limit
        )

    async def decide(self, team_id: str, request_id: str, to: RequestState, by: str, at: datetime) -> bool:
        return await self._has_changed(_DECIDE, team_id=team_id, request_id=request_id, to=to, by=by, at=at)

    async def withdraw_all(self, team_id: str, user_id: str, at: datetime) -> list[Request]:
        asked = await self.list_open_of(team_id, user_id, WITHDRAWN_MAX)
        withdrawn = RequestState.WITHDRAWN
        return [each for each in asked if await self.decide(team_id, each.request_id, withdrawn, user_id, at)]
