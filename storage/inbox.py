"""The inbox: a unique row for each interaction, in the same transaction as its effect."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inbox.model import InteractionKey
from storage.rows import Rows, param, row_of
from storage.tables import inbox

_KEY: Final = (inbox.c.platform, inbox.c.tenant, inbox.c.interaction_id)
# By the user too: an interaction id of another user must not return that user's response.
_MINE: Final = (
    inbox.c.platform == param("platform"),
    inbox.c.tenant == param("tenant"),
    inbox.c.interaction_id == param("interaction_id"),
    inbox.c.user_id == param("user_id"),
)
# A concurrent repetition waits here for the first transaction. SQLite accepts PostgreSQL's ON CONFLICT as well.
_REGISTER: Final = insert(inbox).on_conflict_do_nothing(index_elements=list(_KEY)).returning(inbox.c.interaction_id)
_GET_RESPONSE: Final = select(inbox.c.answer).where(*_MINE)
_KEEP: Final = update(inbox).where(*_MINE).values(answer=param("answer"))
_PURGE: Final = delete(inbox).where(
    tuple_(*_KEY).in_(select(*_KEY).where(inbox.c.at < param("before")).order_by(inbox.c.at).limit(param("limit")))
)


class SqlInbox(Rows):
    """Implements `services.inbox.Inbox`."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        super().__init__(connection)
        self._now = now

    async def add(self, arrival: InteractionKey) -> bool:
        row = row_of(arrival, inbox, at=self._now, answer=None)
        return (await self._connection.execute(_REGISTER, row)).first() is not None

    async def get_response(self, arrival: InteractionKey) -> str | None:
        return await self._scalar(_GET_RESPONSE, **row_of(arrival, inbox))

    async def update_response(self, arrival: InteractionKey, answer: str) -> None:
        await self._execute(_KEEP, **row_of(arrival, inbox), answer=answer)

    async def purge(self, before_days: int, limit: int) -> int:
        return await self._count_changed(_PURGE, before=self._now - timedelta(days=before_days), limit=limit)
