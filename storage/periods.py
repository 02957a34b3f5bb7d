"""Which period of a job is done: a unique row each."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import job_runs

_KEY: Final = (job_runs.c.job, job_runs.c.period)
# Whoever comes second waits for the first one's commit. The construct works on SQLite too.
_BEGIN: Final = insert(job_runs).on_conflict_do_nothing(index_elements=list(_KEY)).returning(job_runs.c.job)
_OLD: Final = select(*_KEY).where(job_runs.c.at < bindparam("before")).order_by(job_runs.c.at).limit(bindparam("limit"))
_FORGET: Final = delete(job_runs).where(tuple_(*_KEY).in_(_OLD))


class SqlPeriods:
    """Implements the periods of the services."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def begin(self, job: str, period: str) -> bool:
        row = {"job": job, "period": period, "at": self._now}
        return (await self._connection.execute(_BEGIN, row)).scalar_one_or_none() is not None

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"before": before, "limit": limit})).rowcount
