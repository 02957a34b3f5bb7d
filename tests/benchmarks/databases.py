"""Databases of the benchmarks: equal copies of one with seeded teams and leads."""

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
from tests.benchmarks.platforms import GROWING_TEAM
from tests.benchmarks.seeded_teams import SeededTeams, insert_leads
from tests.postgres import DURABLE, Server, running

SQLITE = "SQLite"
POSTGRES = "PostgreSQL"
KINDS = (SQLITE, POSTGRES)


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes copies of the database behind `template`."""

    kind: str
    template: str
    copy_to: Callable[[str], str]

    async def copy(self, name: str) -> str:
        """Create a copy and return its address."""
        return await asyncio.to_thread(self.copy_to, name)


@asynccontextmanager
async def prepared_databases(kind: str, folder: Path, teams: SeededTeams) -> AsyncGenerator[Databases]:
    """Create a migrated database with seeded teams."""
    with ExitStack() as stack:
        if kind == SQLITE:
            databases = _sqlite(folder)
        else:
            databases = await asyncio.to_thread(_postgres, stack.enter_context(running(on_disk=True, **DURABLE)))
        await migrate(databases.template)
        await teams.insert(databases.template)
        await _vacuum_analyze(databases.template)
        yield databases


def _sqlite(folder: Path) -> Databases:
    template = folder / "template.db"

    def copy_to(name: str) -> str:
        with closing(sqlite3.connect(template)) as connection:
            # Rows in the write-ahead log would not be copied.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _file(Path(shutil.copy(template, folder / f"{name}.db")))

    return Databases(SQLITE, _file(template), copy_to)


def _file(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _postgres(server: Server) -> Databases:
    server.execute("CREATE DATABASE bench_template")

    def copy_to(name: str) -> str:
        server.execute(f"CREATE DATABASE {name} TEMPLATE bench_template STRATEGY file_copy")
        return server.url(name)

    return Databases(POSTGRES, server.url("bench_template"), copy_to)


async def grow(url: str, first: int, last: int) -> None:
    """Insert more leads of the growing team."""
    database = open_database(url)
    try:
        async with database.writer.begin() as connection:
            if not database.is_sqlite:
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await insert_leads(connection, GROWING_TEAM, first, last)
    finally:
        await database.close()
    await _vacuum_analyze(url)


async def _vacuum_analyze(url: str) -> None:
    """Run VACUUM ANALYZE, as PostgreSQL's autovacuum does within a minute."""
    database = open_database(url)
    try:
        if not database.is_sqlite:
            async with database.writer.connect() as connection:
                await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    finally:
        await database.close()
