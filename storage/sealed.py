"""Sealed columns of all tables, for re-encryption with another key."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import files, slack_installations

SEALED_COLUMNS: Final[dict[str, tuple[Table, Column[bytes]]]] = {
    "file.content": (files, files.c.content),
    "installation.token": (slack_installations, slack_installations.c.token),
}


class SqlSealedColumn:
    """One sealed column; the primary key of its row is what the content was sealed for."""

    def __init__(self, connection: AsyncConnection, name: str) -> None:
        self._connection = connection
        self._table, self._column = SEALED_COLUMNS[name]
        self._key = tuple(self._table.primary_key.columns)

    async def list_after(self, key: Sequence[str], limit: int) -> list[tuple[tuple[str, ...], bytes]]:
        """List keys and sealed contents in the order of the keys, beginning behind a key; empty begins at the first."""
        rows = select(*self._key, self._column).order_by(*self._key).limit(limit)
        if key:
            rows = rows.where(tuple_(*self._key) > tuple_(*key))
        found = await self._connection.execute(rows)
        return [(tuple(row[:-1]), row[-1]) for row in found]

    async def update_if_unchanged(self, key: Sequence[str], old: bytes, new: bytes) -> bool:
        """Replace a sealed content; False where the row was changed or deleted since it was read."""
        this = [column == value for column, value in zip(self._key, key, strict=True)]
        changed = await self._connection.execute(
            update(self._table).where(*this, self._column == old).values({self._column: new})
        )
        return changed.rowcount == 1
