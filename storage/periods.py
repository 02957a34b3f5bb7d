"""The periods of scheduled jobs that are done: a unique row each."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows import Rows, param
from storage.tables import job_runs

_KEY: Final = (job_runs.c.job, job_runs.c.period)
# A second process waits for the first one's commit. SQLite accepts PostgreSQL's ON CONFLICT as well.
_BEGIN: Final = insert(job_runs).on_conflict_do_nothing(index_elements=list(_KEY)).returning(job_runs.c.job)
_OLD: Final = select(*_KEY).where(job_runs.c.at < param("before")).order_by(job_runs.c.at).limit(param("limit"))
_PURGE: Final = delete(job_runs).where(tuple_(*_KEY).in_(_OLD))


class SqlPeriods(Rows):
    """Implements `services.periods.Periods`."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        super().__init__(connection)
        self._now = now

    async def claim(self, job: str, period: str) -> bool:
        row = {"job": job, "period": period, "at": self._now}
        return (await self._connection.execute(_BEGIN, row)).first() is not None

    async def purge(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)
