"""SQLite in a thread, with one visit a statement: the plain driver makes several, most of the time of a short read."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Self, TypeVar

import aiosqlite

_CHUNK_ROWS: Final = 64
_Done = TypeVar("_Done")


class Connection(aiosqlite.Connection):
    """A connection that runs, reads and closes a cursor in one visit, and commits only what has begun."""

    def __init__(self, database: str, **options: Any) -> None:  # noqa: ANN401 - whatever sqlite3 takes
        super().__init__(partial(sqlite3.connect, database, **options), _CHUNK_ROWS)
        self._thread.daemon = True
        self._asked = 0
        self._done = 0
        self._before = ""

    def cursor(self) -> "Cursor":  # pyright: ignore[reportIncompatibleMethodOverride]
        return Cursor(self)

    async def visit(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        """Run a function in the thread of the connection."""
        self._asked += 1
        before, self._before = self._before, ""
        done: _Done = await self._execute(self._work, before, work)  # pyright: ignore[reportUnknownMemberType]
        return done

    def defer(self, statement: str) -> None:
        """Run a statement at the beginning of the next visit."""
        self._before = statement

    async def commit(self) -> None:
        if self._is_open():
            await self.visit(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        if self._is_open():
            await self.visit(sqlite3.Connection.rollback)

    def _is_open(self) -> bool:
        """Tell whether a transaction may be open; after a cancelled visit the thread may still be working."""
        self._before = ""
        return self._asked != self._done or self._conn.in_transaction

    def _work(self, before: str, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        try:
            if before:
                self._conn.execute(before).close()
            return work(self._conn)
        finally:
            self._done += 1


class Cursor:
    """All rows of a statement, fetched in the visit that ran it."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        await self._connection.visit(lambda raw: self._keep(raw.execute(statement, values)))

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._connection.visit(lambda raw: self._keep(raw.executemany(statement, rows)))

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        try:
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()
