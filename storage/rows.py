"""The rows of one transaction's statements, for what the nouns store."""

from collections.abc import Sequence

from sqlalchemy import Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection


class Rows:
    """One connection, asked by statements that are made once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(self, statement: Executable, **values: object) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement, values)).mappings().all()

    async def _held(self, statement: Executable, **values: object) -> bool:
        """Whether a guarded statement found what it guards."""
        return bool(await self._rows(statement, **values))
