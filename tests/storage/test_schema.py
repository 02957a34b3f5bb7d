import asyncio
import re
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.engine import open_database
from storage.schema import migrate
from storage.tables import metadata
from storage.version import is_current
from tests.postgres import Server


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Generator[str]:
    """Return a database without tables."""
    with postgres.database("template1") as url:
        yield url


def statements(connection: Connection) -> dict[str, str]:
    """Return the SQL of the tables and indexes of a SQLite database, with sorted columns."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {row.name: _sorted(row.sql) for row in rows if row.name != "alembic_version"}


def _sorted(sql: str) -> str:
    return " ".join(sorted(re.findall(r"[^\s,()\"]+", sql)))


async def test_migrations_match_the_tables_on_sqlite(sqlite_url: str) -> None:
    """Every table, column, default, constraint and index is equal to that of the code."""
    database = open_database(sqlite_url)
    async with database.reader.connect() as connection:
        found = await connection.run_sync(statements)
    await database.close()
    dialect = sqlite.dialect()
    wanted = {
        name: _sorted(str(CreateTable(table).compile(dialect=dialect))) for name, table in metadata.tables.items()
    }
    for table in metadata.tables.values():
        for index in table.indexes:
            wanted[str(index.name)] = _sorted(str(CreateIndex(index).compile(dialect=dialect)))
    assert found == wanted


async def test_migrations_match_the_tables_on_postgres(postgres_url: str, empty_postgres_url: str) -> None:
    """A migrated PostgreSQL database describes itself as one created from the tables of the code."""
    plain = open_database(empty_postgres_url)
    async with plain.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await plain.close()
    assert await schema_of(postgres_url) == await schema_of(empty_postgres_url)


async def schema_of(url: str) -> dict[str, object]:
    """Return columns, indexes and constraints as PostgreSQL describes them."""
    database = open_database(url)
    async with database.reader.connect() as connection:
        found = {name: await connection.run_sync(_table_schema, name) for name in metadata.tables}
        indexes = await connection.execute(
            text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        )
        found["indexes"] = {row.indexname: row.indexdef for row in indexes if row.indexname != "alembic_version_pkc"}
    await database.close()
    return found


def _table_schema(connection: Connection, table: str) -> object:
    seen = inspect(connection)
    columns = [{**column, "type": str(column["type"])} for column in seen.get_columns(table)]
    parts = (
        columns,
        seen.get_pk_constraint(table),
        seen.get_foreign_keys(table),
        seen.get_unique_constraints(table),
        seen.get_check_constraints(table),
    )
    return [sorted(map(str, part)) if isinstance(part, list) else str(part) for part in parts]


def test_names_fit_postgres() -> None:
    """No name exceeds the length at which PostgreSQL truncates it."""
    limit = postgresql.dialect().max_identifier_length
    names = [str(index.name) for table in metadata.tables.values() for index in table.indexes]
    assert [name for name in names if len(name) > limit] == []


async def test_an_old_or_empty_database_is_not_current(tmp_path: Path) -> None:
    """A database with an old schema or without tables is reported as not current."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    database = open_database(url)
    assert not await is_current(database)
    await migrate(url)
    assert await is_current(database)
    async with database.reader.connect() as connection:
        # In WAL mode readers and the writer do not block each other.
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
    await database.close()


async def test_two_processes_may_migrate_at_once(tmp_path: Path, empty_postgres_url: str) -> None:
    """Of two concurrent migrations the second waits and changes nothing."""
    urls = [f"sqlite+aiosqlite:///{tmp_path / f'{number}.db'}" for number in range(5)]
    for url in (*urls, empty_postgres_url):
        await asyncio.gather(*[migrate(url) for _ in range(4)])


async def test_a_failed_migration_leaves_nothing(tmp_path: Path) -> None:
    """A migration that fails is rolled back as a whole."""
    path = tmp_path / "half.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE web_rooms (in_the_way TEXT)")
    with pytest.raises(DBAPIError, match="web_rooms"):
        await migrate(f"sqlite+aiosqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        found = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert found == ["web_rooms"]
