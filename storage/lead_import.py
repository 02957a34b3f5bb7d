"""Imports and what they left out, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    Integer,
    RowMapping,
    Text,
    bindparam,
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

from services.lead_import.model import ImportState, LeadImport, Plan, SkippedRow, Tally
from services.people import TeamId, UserId
from storage.rows import Rows
from storage.tables import Moment, lead_import_rows, lead_imports, users

_i: Final = lead_imports.c
_r: Final = lead_import_rows.c
_TEAM: Final = bindparam("_team", type_=Text)
_USER: Final = bindparam("_user", type_=Text)
_NOW: Final = bindparam("_now", type_=Moment)
_UNTIL: Final = bindparam("_until", type_=Moment)
_HOLDER: Final = bindparam("_holder", type_=Text)
_THIS: Final = (_i.team_id == _TEAM, _i.import_id == bindparam("_import"))
_RUNS: Final = _i.state == ImportState.RUNNING
_FREE: Final = (_RUNS, or_(_i.leased_until.is_(None), _i.leased_until <= _NOW))

_GET: Final = (
    select(lead_imports, users.c.name.label("user_name"))
    .select_from(lead_imports.outerjoin(users, users.c.user_id == _i.user_id))
    .where(_i.team_id == _TEAM)
)
_GET_THIS: Final = _GET.where(_i.import_id == bindparam("_import"))
_FURTHEST: Final = case(
    (_i.state == ImportState.DONE, case((_i.imported > 0, 3), else_=0)),
    (_i.state == ImportState.PREVIEW, 1),
    else_=2,
)
_SAME: Final = (
    _GET.where(_i.sha256 == bindparam("_sha256"), or_(_i.state != ImportState.PREVIEW, _i.user_id == _USER))
    .order_by(_FURTHEST.desc(), _i.created_at.desc())
    .limit(1)
)
_ADD: Final = insert(lead_imports)
_CHANGE_PLAN: Final = (
    update(lead_imports)
    .where(*_THIS, _i.state == ImportState.PREVIEW)
    .values(plan=bindparam("_plan", type_=JSON))
    .returning(_i.import_id)
)
_CHANGE_FILE: Final = update(lead_imports).where(*_THIS, ~_RUNS).values(file_id=bindparam("_file"))
_NOBODY: Final[dict[str, Any]] = {"holder": "", "leased_until": None}
_START: Final = (
    update(lead_imports)
    .where(*_THIS, _i.state == bindparam("_was"))
    .values(
        state=ImportState.RUNNING,
        halt="",
        begun_at=_NOW,
        begun_rows=_i.imported + _i.known + _i.rejected,
        failures=0,
        **_NOBODY,
    )
    .returning(_i.import_id)
)
_STOP: Final = (
    update(lead_imports)
    .where(*_THIS, _RUNS)
    .values(state=ImportState.STOPPED, halt=bindparam("_halt"), **_NOBODY)
    .returning(_i.import_id)
)
_SKIPPED: Final = (
    select(lead_import_rows)
    .where(_r.team_id == _TEAM, _r.import_id == bindparam("_import"))
    .order_by(_r.line)
    .limit(bindparam("_limit"))
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
    update(lead_imports)
    .where(*_HELD, _i.line == bindparam("_line"))
    .values(leased_until=_UNTIL)
    .returning(_i.import_id)
)
_ADVANCE: Final = (
    update(lead_imports)
    .where(*_THIS)
    .values(
        line=bindparam("_line"),
        imported=_i.imported + bindparam("_imported"),
        known=_i.known + bindparam("_known"),
        rejected=_i.rejected + bindparam("_rejected"),
        first_number=func.coalesce(_i.first_number, bindparam("_first", type_=Integer)),
        last_number=func.coalesce(bindparam("_last", type_=Integer), _i.last_number),
        moved_at=bindparam("_moved", type_=Moment),
        failures=0,
    )
)
_FINISH: Final = (
    update(lead_imports)
    .where(*_THIS)
    .values(
        state=ImportState.DONE,
        ended_at=_NOW,
        result_file_id=bindparam("_file"),
        result_rows=bindparam("_rows"),
        **_NOBODY,
    )
)
_RELEASE: Final = update(lead_imports).where(*_HELD).values(**_NOBODY)
_FAIL: Final = update(lead_imports).where(*_HELD).values(failures=_i.failures + 1, **_NOBODY).returning(_i.failures)
_OLD: Final = (
    select(_i.team_id, _i.import_id)
    .where(_i.state == ImportState.PREVIEW, _i.created_at < bindparam("_before", type_=Moment))
    .limit(bindparam("_limit"))
)
_FORGET: Final = delete(lead_imports).where(tuple_(_i.team_id, _i.import_id).in_(_OLD))


class SqlLeadImports(Rows):
    """Implements `services.lead_import.store.LeadImports`."""

    async def get(self, team_id: TeamId, import_id: str) -> LeadImport | None:
        rows = await self._rows(_GET_THIS, _team=team_id, _import=import_id)
        return _import(rows[0]) if rows else None

    async def same(self, team_id: TeamId, sha256: str, user_id: UserId) -> LeadImport | None:
        rows = await self._rows(_SAME, _team=team_id, _sha256=sha256, _user=user_id)
        return _import(rows[0]) if rows else None

    async def add(self, lead_import: LeadImport) -> None:
        await self._connection.execute(_ADD, _row(lead_import))

    async def change_plan(self, team_id: TeamId, import_id: str, plan: Plan) -> bool:
        return await self._held(_CHANGE_PLAN, _team=team_id, _import=import_id, _plan=msgspec.to_builtins(plan))

    async def change_file(self, team_id: TeamId, import_id: str, file_id: str) -> None:
        await self._connection.execute(_CHANGE_FILE, {"_team": team_id, "_import": import_id, "_file": file_id})

    async def start(self, team_id: TeamId, import_id: str, was: ImportState, now: datetime) -> bool:
        return await self._held(_START, _team=team_id, _import=import_id, _was=was, _now=now)

    async def stop(self, team_id: TeamId, import_id: str, halt: str) -> bool:
        return await self._held(_STOP, _team=team_id, _import=import_id, _halt=halt)

    async def skipped(self, team_id: TeamId, import_id: str, limit: int) -> list[SkippedRow]:
        rows = await self._rows(_SKIPPED, _team=team_id, _import=import_id, _limit=limit)
        return [SkippedRow(row["line"], row["reason"], row["argument"], row["limit"], row["number"]) for row in rows]

    # ---- work in the background ----

    async def is_waiting(self, now: datetime) -> bool:
        return bool((await self._connection.execute(_WAITS, {"_now": now})).scalar_one())

    async def claim(self, holder: str, now: datetime, leased_until: datetime) -> LeadImport | None:
        rows = await self._rows(_NEXT, _now=now)
        if not rows:
            return None
        team_id, import_id = rows[0]["team_id"], rows[0]["import_id"]
        values = {"_team": team_id, "_import": import_id, "_holder": holder, "_until": leased_until}
        await self._connection.execute(_CLAIM, values)
        return await self.get(team_id, import_id)

    async def hold(self, team_id: TeamId, import_id: str, holder: str, line: int, leased_until: datetime) -> bool:
        return await self._held(
            _HOLD, _team=team_id, _import=import_id, _holder=holder, _line=line, _until=leased_until
        )

    async def advance(
        self,
        team_id: TeamId,
        import_id: str,
        line: int,
        tally: Tally,
        numbers: tuple[int, int] | None,
        *,
        moved_at: datetime,
    ) -> None:
        first, last = numbers or (None, None)
        values = {
            "_team": team_id,
            "_import": import_id,
            "_line": line,
            "_imported": tally.imported,
            "_known": tally.known,
            "_rejected": tally.rejected,
            "_first": first,
            "_last": last,
            "_moved": moved_at,
        }
        await self._connection.execute(_ADVANCE, values)

    async def skip(self, team_id: TeamId, import_id: str, rows: Sequence[SkippedRow]) -> None:
        if rows:
            await self._connection.execute(_SKIP, [_skipped_row(team_id, import_id, row) for row in rows])

    async def finish(
        self, team_id: TeamId, import_id: str, now: datetime, result_file_id: str | None, result_rows: int
    ) -> None:
        values = {"_team": team_id, "_import": import_id, "_now": now, "_file": result_file_id, "_rows": result_rows}
        await self._connection.execute(_FINISH, values)

    async def release(self, team_id: TeamId, import_id: str, holder: str) -> None:
        await self._connection.execute(_RELEASE, {"_team": team_id, "_import": import_id, "_holder": holder})

    async def count_failure(self, team_id: TeamId, import_id: str, holder: str) -> int:
        values = {"_team": team_id, "_import": import_id, "_holder": holder}
        return (await self._connection.execute(_FAIL, values)).scalar_one_or_none() or 0

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"_before": before, "_limit": limit})).rowcount


def _import(row: RowMapping) -> LeadImport:
    return LeadImport(
        team_id=TeamId(row["team_id"]),
        import_id=row["import_id"],
        user_id=UserId(row["user_id"]),
        user_name=row["user_name"] or "",
        file_id=row["file_id"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        state=ImportState(row["state"]),
        halt=row["halt"],
        plan=msgspec.convert(row["plan"], Plan),
        rows=row["rows"],
        line=row["line"],
        tally=Tally(row["imported"], row["known"], row["rejected"]),
        first_number=row["first_number"],
        last_number=row["last_number"],
        created_at=row["created_at"],
        begun_at=row["begun_at"],
        begun_rows=row["begun_rows"],
        moved_at=row["moved_at"],
        ended_at=row["ended_at"],
        result_file_id=row["result_file_id"],
        result_rows=row["result_rows"],
    )


def _row(one: LeadImport) -> dict[str, Any]:
    return {
        "team_id": one.team_id,
        "import_id": one.import_id,
        "user_id": one.user_id,
        "file_id": one.file_id,
        "file_name": one.file_name,
        "sha256": one.sha256,
        "state": one.state,
        "plan": msgspec.to_builtins(one.plan),
        "rows": one.rows,
        "created_at": one.created_at,
    }


def _skipped_row(team_id: TeamId, import_id: str, row: SkippedRow) -> dict[str, Any]:
    return {
        "team_id": team_id,
        "import_id": import_id,
        "line": row.line,
        "reason": row.reason,
        "argument": row.argument,
        "limit": row.limit,
        "number": row.number,
    }
