"""The interactions that had an effect: a unique row each, in the same transaction as the effect."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.inbox.model import Arrival
from storage.tables import inbox

_KEY: Final = (inbox.c.platform, inbox.c.tenant, inbox.c.interaction_id)
# Whoever knows another person's interaction id learns nothing with it.
_MINE: Final = (
    inbox.c.platform == bindparam("_platform"),
    inbox.c.tenant == bindparam("_tenant"),
    inbox.c.interaction_id == bindparam("_interaction_id"),
    inbox.c.user_id == bindparam("_user_id"),
)
# The second one of two waits here until the first one has committed or given up. The construct works on SQLite too.
_REGISTER: Final = insert(inbox).on_conflict_do_nothing(index_elements=list(_KEY)).returning(inbox.c.interaction_id)
_ANSWER: Final = select(inbox.c.answer).where(*_MINE)
_KEEP: Final = update(inbox).where(*_MINE).values(answer=bindparam("_answer"))
_FORGET: Final = delete(inbox).where(
    tuple_(*_KEY).in_(
        select(*_KEY).where(inbox.c.at < bindparam("before")).order_by(inbox.c.at).limit(bindparam("limit"))
    )
)


class SqlInbox:
    """Implements the inbox of the services."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def register(self, arrival: Arrival) -> bool:
        row = {
            "platform": arrival.platform,
            "tenant": arrival.tenant,
            "interaction_id": arrival.interaction_id,
            "user_id": arrival.user_id,
            "at": self._now,
            "answer": None,
        }
        return (await self._connection.execute(_REGISTER, row)).scalar_one_or_none() is not None

    async def answer(self, arrival: Arrival) -> str | None:
        return (await self._connection.execute(_ANSWER, _mine(arrival))).scalar_one_or_none()

    async def keep(self, arrival: Arrival, answer: str) -> None:
        await self._connection.execute(_KEEP, {**_mine(arrival), "_answer": answer})

    async def forget(self, before_days: int, limit: int) -> int:
        before = self._now - timedelta(days=before_days)
        return (await self._connection.execute(_FORGET, {"before": before, "limit": limit})).rowcount


def _mine(arrival: Arrival) -> dict[str, Any]:
    return {
        "_platform": arrival.platform,
        "_tenant": arrival.tenant,
        "_interaction_id": arrival.interaction_id,
        "_user_id": arrival.user_id,
    }
