"""Files; the content is read apart from the metadata, and only where it is needed."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.file.model import FileOrigin, StoredFile
from services.people import TeamId, UserId
from storage.rows import Rows, param, row_of
from storage.tables import files

_f: Final = files.c
_KEY: Final = (_f.team_id, _f.file_id)
_METADATA: Final = tuple(column for column in _f if column is not _f.content)
_THIS: Final = (_f.team_id == param("team_id"), _f.file_id == param("file_id"))

# One transaction at a time adds to a user's files, so that the limits hold; SQLite has one writer anyway.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('files:' || CAST(:p_key AS text), 0))")
_GET: Final = select(*_METADATA).where(*_THIS)
_CONTENT: Final = select(_f.content).where(*_THIS)
_LIST: Final = (
    select(*_METADATA)
    .where(_f.team_id == param("team_id"), _f.user_id == param("user_id"))
    .where(_f.purpose == param("purpose"))
    .order_by(_f.created_at, _f.file_id)
)
_ADD: Final = insert(files)
_PROLONG: Final = update(files).where(*_THIS).values(expires_at=param("expires_at"))
_DELETE: Final = delete(files).where(*_THIS).returning(_f.file_id)
_EXPIRED: Final = select(*_KEY).where(_f.expires_at <= param("before")).limit(param("limit"))
_PURGE: Final = delete(files).where(tuple_(*_KEY).in_(_EXPIRED))


class SqlFiles(Rows):
    """Implements `services.file.store.Files`."""

    def __init__(self, connection: AsyncConnection, *, writes: bool) -> None:
        super().__init__(connection)
        self._locks = writes and connection.dialect.name == "postgresql"

    async def get(self, team_id: TeamId, file_id: str) -> StoredFile | None:
        return await self._model(StoredFile, _GET, team_id=team_id, file_id=file_id)

    async def get_content(self, team_id: TeamId, file_id: str) -> bytes | None:
        return await self._scalar(_CONTENT, team_id=team_id, file_id=file_id)

    async def list_of_user(self, team_id: TeamId, user_id: UserId, purpose: FileOrigin) -> list[StoredFile]:
        if self._locks:
            await self._execute(_LOCK, key=f"{team_id}:{user_id}:{purpose}")
        return await self._models(StoredFile, _LIST, team_id=team_id, user_id=user_id, purpose=purpose)

    async def add(self, stored: StoredFile, sealed: bytes) -> None:
        await self._insert(_ADD, [row_of(stored, files, content=sealed)])

    async def update_expiry(self, team_id: TeamId, file_id: str, expires_at: datetime) -> None:
        await self._execute(_PROLONG, team_id=team_id, file_id=file_id, expires_at=expires_at)

    async def delete(self, team_id: TeamId, file_id: str) -> bool:
        return await self._has_changed(_DELETE, team_id=team_id, file_id=file_id)

    async def purge(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)
