"""The databases that are measured: equal copies of one with firms and leads in it."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from storage.engine import open_database
from storage.schema import migrate
from tests.benchmarks.firms import Firms, bring_in
from tests.benchmarks.sides import GROWING
from tests.postgres import DURABLE, Server, running

SQLITE = "SQLite"
POSTGRES = "PostgreSQL"
KINDS = (SQLITE, POSTGRES)


@dataclass(frozen=True, slots=True)
class Databases:
    """Hands out copies of the one behind `template`, each in its own right."""

    kind: str
    template: str
    copied: Callable[[str], str]

    async def copy(self, name: str) -> str:
        """The address of a new copy."""
        return await asyncio.to_thread(self.copied, name)


@asynccontextmanager
async def prepared(kind: str, folder: Path, firms: Firms) -> AsyncGenerator[Databases]:
    """A migrated database with firms, to be copied."""
    with ExitStack() as stack:
        if kind == SQLITE:
            databases = _sqlite(folder)
        else:
            databases = await asyncio.to_thread(_postgres, stack.enter_context(running(on_disk=True, **DURABLE)))
        await migrate(databases.template)
        await firms.settle(databases.template)
        await _note_sizes(databases.template)
        yield databases


def _sqlite(folder: Path) -> Databases:
    template = folder / "template.db"

    def copied(name: str) -> str:
        with closing(sqlite3.connect(template)) as connection:
            # What still stands in the write-ahead log would not be copied.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _file(Path(shutil.copy(template, folder / f"{name}.db")))

    return Databases(SQLITE, _file(template), copied)


def _file(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _postgres(server: Server) -> Databases:
    server.execute("CREATE DATABASE bench_template")

    def copied(name: str) -> str:
        server.execute(f"CREATE DATABASE {name} TEMPLATE bench_template STRATEGY file_copy")
        return server.url(name)

    return Databases(POSTGRES, server.url("bench_template"), copied)


async def grow(url: str, first: int, last: int) -> None:
    """Bring more leads of the growing firm in."""
    database = open_database(url)
    try:
        async with database.writer.begin() as connection:
            if not database.is_sqlite:
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await bring_in(connection, GROWING, first, last)
    finally:
        await database.close()
    await _note_sizes(url)


async def _note_sizes(url: str) -> None:
    """What PostgreSQL does by itself within a minute."""
    database = open_database(url)
    try:
        if not database.is_sqlite:
            async with database.writer.connect() as connection:
                await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    finally:
        await database.close()
