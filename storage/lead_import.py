"""Imports and what they left out, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    Integer,
    Text,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from services.lead_import.model import ImportPlan, ImportState, LeadImport, RowCounts, SkippedRow
from services.people import TeamId, UserId
from storage.rows import Rows, nested, or_empty, param, row_of
from storage.tables import Moment, lead_import_rows, lead_imports, users

_i: Final = lead_imports.c
_r: Final = lead_import_rows.c
_TEAM: Final = param("team_id", Text)
_USER: Final = param("user_id", Text)
_NOW: Final = param("now", Moment)
_UNTIL: Final = param("leased_until", Moment)
_HOLDER: Final = param("holder", Text)
_THIS: Final = (_i.team_id == _TEAM, _i.import_id == param("import_id"))
_RUNS: Final = _i.state == ImportState.RUNNING
_FREE: Final = (_RUNS, or_(_i.leased_until.is_(None), _i.leased_until <= _NOW))

_GET: Final = (
    select(
        *(column for column in _i if column.key not in {"imported", "known", "rejected"}),
        *nested("tally", (_i.imported, _i.known, _i.rejected)),
        or_empty(users.c.name, "user_name"),
    )
    .select_from(lead_imports.outerjoin(users, users.c.user_id == _i.user_id))
    .where(_i.team_id == _TEAM)
)
_GET_THIS: Final = _GET.where(_i.import_id == param("import_id"))
_FURTHEST: Final = case(
    (_i.state == ImportState.DONE, case((_i.imported > 0, 3), else_=0)),
    (_i.state == ImportState.PREVIEW, 1),
    else_=2,
)
_SAME: Final = (
    _GET.where(_i.sha256 == param("sha256"), or_(_i.state != ImportState.PREVIEW, _i.user_id == _USER))
    .order_by(_FURTHEST.desc(), _i.created_at.desc())
    .limit(1)
)
_ADD: Final = insert(lead_imports)
_CHANGE_PLAN: Final = (
    update(lead_imports)
    .where(*_THIS, _i.state == ImportState.PREVIEW)
    .values(plan=param("plan", JSON))
    .returning(_i.import_id)
)
_CHANGE_FILE: Final = update(lead_imports).where(*_THIS, ~_RUNS).values(file_id=param("file_id"))
_NO_HOLDER: Final[dict[str, Any]] = {"holder": "", "leased_until": None}
_START: Final = (
    update(lead_imports)
    .where(*_THIS, _i.state == param("was"))
    .values(
        state=ImportState.RUNNING,
        halt="",
        begun_at=_NOW,
        begun_rows=_i.imported + _i.known + _i.rejected,
        failures=0,
        **_NO_HOLDER,
    )
    .returning(_i.import_id)
)
_STOP: Final = (
    update(lead_imports)
    .where(*_THIS, _RUNS)
    .values(state=ImportState.STOPPED, halt=param("halt"), **_NO_HOLDER)
    .returning(_i.import_id)
)
_SKIPPED: Final = (
    select(lead_import_rows)
    .where(_r.team_id == _TEAM, _r.import_id == param("import_id"))
    .order_by(_r.line)
    .limit(param("limit"))
)
_SKIP: Final = insert(lead_import_rows)

# ---- work in the background ----

_WAITS: Final = select(exists().where(*_FREE))
# A statement of its own: within an update PostgreSQL may look for the next one once a row, and take several.
_NEXT: Final = (
    select(_i.team_id, _i.import_id)
    .where(*_FREE)
    .order_by(_i.begun_at, _i.import_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM: Final = update(lead_imports).where(*_THIS).values(holder=_HOLDER, leased_until=_UNTIL)
_HELD: Final = (*_THIS, _RUNS, _i.holder == _HOLDER)
_HOLD: Final = (
    update(lead_imports).where(*_HELD, _i.line == param("line")).values(leased_until=_UNTIL).returning(_i.import_id)
)
_ADVANCE: Final = (
    update(lead_imports)
    .where(*_THIS)
    .values(
        line=param("line"),
        imported=_i.imported + param("imported"),
        known=_i.known + param("known"),
        rejected=_i.rejected + param("rejected"),
        first_number=func.coalesce(_i.first_number, param("first", Integer)),
        last_number=func.coalesce(param("last", Integer), _i.last_number),
        moved_at=param("moved_at", Moment),
        failures=0,
    )
)
_FINISH: Final = (
    update(lead_imports)
    .where(*_THIS)
    .values(
        state=ImportState.DONE,
        ended_at=_NOW,
        result_file_id=param("result_file_id"),
        result_rows=param("result_rows"),
        **_NO_HOLDER,
    )
)
_RELEASE: Final = update(lead_imports).where(*_HELD).values(**_NO_HOLDER)
_FAIL: Final = update(lead_imports).where(*_HELD).values(failures=_i.failures + 1, **_NO_HOLDER).returning(_i.failures)
_OLD: Final = (
    select(_i.team_id, _i.import_id)
    .where(_i.state == ImportState.PREVIEW, _i.created_at < param("before", Moment))
    .limit(param("limit"))
)
_PURGE: Final = delete(lead_imports).where(tuple_(_i.team_id, _i.import_id).in_(_OLD))


class SqlLeadImports(Rows):
    """Implements `services.lead_import.store.LeadImports`."""

    async def get(self, team_id: TeamId, import_id: str) -> LeadImport | None:
        return await self._model(LeadImport, _GET_THIS, team_id=team_id, import_id=import_id)

    async def find_same_file(self, team_id: TeamId, sha256: str, user_id: UserId) -> LeadImport | None:
        return await self._model(LeadImport, _SAME, team_id=team_id, sha256=sha256, user_id=user_id)

    async def add(self, lead_import: LeadImport) -> None:
        await self._insert(_ADD, [row_of(lead_import, lead_imports)])

    async def update_plan(self, team_id: TeamId, import_id: str, plan: ImportPlan) -> bool:
        return await self._has_changed(
            _CHANGE_PLAN, team_id=team_id, import_id=import_id, plan=msgspec.to_builtins(plan)
        )

    async def update_file(self, team_id: TeamId, import_id: str, file_id: str) -> None:
        await self._execute(_CHANGE_FILE, team_id=team_id, import_id=import_id, file_id=file_id)

    async def start(self, team_id: TeamId, import_id: str, was: ImportState, now: datetime) -> bool:
        return await self._has_changed(_START, team_id=team_id, import_id=import_id, was=was, now=now)

    async def stop(self, team_id: TeamId, import_id: str, halt: str) -> bool:
        return await self._has_changed(_STOP, team_id=team_id, import_id=import_id, halt=halt)

    async def list_skipped(self, team_id: TeamId, import_id: str, limit: int) -> list[SkippedRow]:
        return await self._models(SkippedRow, _SKIPPED, team_id=team_id, import_id=import_id, limit=limit)

    # ---- work in the background ----

    async def has_unclaimed(self, now: datetime) -> bool:
        return bool(await self._scalar(_WAITS, now=now))

    async def claim(self, holder: str, now: datetime, leased_until: datetime) -> LeadImport | None:
        rows = await self._rows(_NEXT, now=now)
        if not rows:
            return None
        await self._execute(_CLAIM, **rows[0], holder=holder, leased_until=leased_until)
        return await self.get(rows[0]["team_id"], rows[0]["import_id"])

    async def renew_lease(
        self, team_id: TeamId, import_id: str, holder: str, line: int, leased_until: datetime
    ) -> bool:
        return await self._has_changed(
            _HOLD, team_id=team_id, import_id=import_id, holder=holder, line=line, leased_until=leased_until
        )

    async def update_progress(
        self,
        team_id: TeamId,
        import_id: str,
        line: int,
        tally: RowCounts,
        numbers: tuple[int, int] | None,
        *,
        moved_at: datetime,
    ) -> None:
        first, last = numbers or (None, None)
        await self._execute(
            _ADVANCE,
            team_id=team_id,
            import_id=import_id,
            line=line,
            imported=tally.imported,
            known=tally.known,
            rejected=tally.rejected,
            first=first,
            last=last,
            moved_at=moved_at,
        )

    async def add_skipped(self, team_id: TeamId, import_id: str, rows: Sequence[SkippedRow]) -> None:
        key = {"team_id": team_id, "import_id": import_id}
        await self._insert(_SKIP, [row_of(row, lead_import_rows, **key) for row in rows])

    async def finish(
        self, team_id: TeamId, import_id: str, now: datetime, result_file_id: str | None, result_rows: int
    ) -> None:
        await self._execute(
            _FINISH,
            team_id=team_id,
            import_id=import_id,
            now=now,
            result_file_id=result_file_id,
            result_rows=result_rows,
        )

    async def release(self, team_id: TeamId, import_id: str, holder: str) -> None:
        await self._execute(_RELEASE, team_id=team_id, import_id=import_id, holder=holder)

    async def count_failure(self, team_id: TeamId, import_id: str, holder: str) -> int:
        return await self._scalar(_FAIL, team_id=team_id, import_id=import_id, holder=holder) or 0

    async def purge(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)
