import asyncio
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.tables import metadata
from tests.conftest import TEMPLATE
from tests.postgres import Server

pytestmark = pytest.mark.postgres


async def tables(connection: AsyncConnection) -> set[str]:
    """Return the names of the tables in the database."""
    return set(await connection.run_sync(lambda found: inspect(found).get_table_names()))


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_database_is_migrated_and_fresh(database_url: str, turn: int) -> None:
    """A test's database has every table and no rows of another test."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        found = await tables(connection)
        await connection.execute(text("CREATE TABLE left_behind (turn INTEGER)"))
    await engine.dispose()
    assert metadata.tables.keys() <= found, turn
    assert "left_behind" not in found


def test_a_test_without_a_loop_gets_a_database_too(database_url: str) -> None:
    """A test that starts the program in another process needs no event loop."""

    async def return_one() -> object:
        engine = create_async_engine(database_url)
        async with engine.connect() as connection:
            result = await connection.scalar(text("SELECT 1"))
        await engine.dispose()
        return result

    assert asyncio.run(return_one()) == 1


def test_a_sqlite_database_lies_in_the_folder_of_the_test(sqlite_url: str, tmp_path: Path) -> None:
    """No database file is written into the checkout."""
    assert sqlite_url.endswith(str(tmp_path / "kollega.db"))


def test_an_open_connection_does_not_block_cleanup(postgres: Server) -> None:
    """A connection left open by a failed test does not block the next test."""
    with asyncio.Runner() as loop:
        with postgres.database(TEMPLATE) as url:
            engine = create_async_engine(url)
            connection = loop.run(engine.connect().start())
        with pytest.raises(DBAPIError):
            loop.run(connection.execute(text("SELECT 1")))
        loop.run(connection.close())
        loop.run(engine.dispose())
