"""Files, with what is in them apart: it is read only by whoever asks for it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, delete, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.file.model import Purpose, StoredFile
from services.people import TeamId, UserId
from storage.tables import files

_f: Final = files.c
_KEY: Final = (_f.team_id, _f.file_id)
_KNOWN: Final = tuple(column for column in _f if column is not _f.content)
_THIS: Final = (_f.team_id == bindparam("p_team_id"), _f.file_id == bindparam("p_file_id"))

# Whoever adds to a person's files does so alone, so that the limits hold; SQLite has one writer anyway.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('files:' || CAST(:key AS text), 0))")
_GET: Final = select(*_KNOWN).where(*_THIS)
_CONTENT: Final = select(_f.content).where(*_THIS)
_HELD: Final = (
    select(*_KNOWN)
    .where(_f.team_id == bindparam("p_team_id"), _f.user_id == bindparam("p_user_id"))
    .where(_f.purpose == bindparam("p_purpose"))
    .order_by(_f.created_at, _f.file_id)
)
_ADD: Final = insert(files)
_PROLONG: Final = update(files).where(*_THIS).values(expires_at=bindparam("p_expires_at"))
_DELETE: Final = delete(files).where(*_THIS).returning(_f.file_id)
_OVER: Final = select(*_KEY).where(_f.expires_at <= bindparam("p_before")).limit(bindparam("p_limit"))
_FORGET: Final = delete(files).where(tuple_(*_KEY).in_(_OVER))


class SqlFiles:
    """Implements the files of the services."""

    def __init__(self, connection: AsyncConnection, *, writes: bool) -> None:
        self._connection = connection
        self._locks = writes and connection.dialect.name == "postgresql"

    async def get(self, team_id: TeamId, file_id: str) -> StoredFile | None:
        found = await self._connection.execute(_GET, _this(team_id, file_id))
        row = found.mappings().one_or_none()
        return None if row is None else _stored(row)

    async def sealed(self, team_id: TeamId, file_id: str) -> bytes | None:
        return (await self._connection.execute(_CONTENT, _this(team_id, file_id))).scalar_one_or_none()

    async def held(self, team_id: TeamId, user_id: UserId, purpose: Purpose) -> list[StoredFile]:
        if self._locks:
            await self._connection.execute(_LOCK, {"key": f"{team_id}:{user_id}:{purpose}"})
        values = {"p_team_id": team_id, "p_user_id": user_id, "p_purpose": purpose}
        return [_stored(row) for row in (await self._connection.execute(_HELD, values)).mappings()]

    async def add(self, stored: StoredFile, sealed: bytes) -> None:
        row: dict[str, Any] = {name: getattr(stored, name) for name in _NAMES}
        await self._connection.execute(_ADD, {**row, "content": sealed})

    async def prolong(self, team_id: TeamId, file_id: str, expires_at: datetime) -> None:
        await self._connection.execute(_PROLONG, {**_this(team_id, file_id), "p_expires_at": expires_at})

    async def delete(self, team_id: TeamId, file_id: str) -> bool:
        return (await self._connection.execute(_DELETE, _this(team_id, file_id))).one_or_none() is not None

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"p_before": before, "p_limit": limit})).rowcount


_NAMES: Final = tuple(column.name for column in _KNOWN)


def _this(team_id: str, file_id: str) -> dict[str, Any]:
    return {"p_team_id": team_id, "p_file_id": file_id}


def _stored(row: RowMapping) -> StoredFile:
    return StoredFile(
        team_id=TeamId(row["team_id"]),
        file_id=row["file_id"],
        user_id=UserId(row["user_id"]),
        name=row["name"],
        media_type=row["media_type"],
        purpose=Purpose(row["purpose"]),
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
