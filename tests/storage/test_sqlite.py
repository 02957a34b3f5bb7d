import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing

import pytest

from services.people import Language, UserId
from services.user import Identity, User
from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.builders import Clock, units_on

WAIT_S = 0.1


@pytest.fixture
async def sqlite_units(sqlite_url: str, clock: Clock) -> AsyncGenerator[SqlUnits]:
    """Transactions on SQLite alone."""
    database = open_database(sqlite_url)
    yield units_on(database, clock)
    await database.close()


async def add_user(units: SqlUnits, name: str) -> None:
    """Add a user."""
    async with units.write() as uow:
        user = User(UserId(name), name, Language.GERMAN, "UTC")
        await uow.users.add(user, Identity("teams", "T", name, user.user_id), uow.now)


async def test_a_cancelled_wait_does_not_keep_the_lock(sqlite_units: SqlUnits, sqlite_url: str) -> None:
    """A thread that gets the lock after its wait was cancelled releases it."""
    with closing(
        sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None, timeout=1)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(add_user(sqlite_units, "anna"))  # noqa: TID251 - it is cancelled in the next line
        await asyncio.sleep(WAIT_S)
        waiting.cancel()
        await asyncio.sleep(WAIT_S)
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        other.execute("BEGIN IMMEDIATE")
        other.execute("COMMIT")
    await add_user(sqlite_units, "ben")
    async with sqlite_units.read() as uow:
        assert (await uow.users.get("anna"), (await uow.users.get("ben")) is None) == (None, False)


async def test_a_reading_unit_sees_one_snapshot(sqlite_units: SqlUnits) -> None:
    """A reading unit sees the state at its first query until its end."""
    await add_user(sqlite_units, "anna")
    async with sqlite_units.read() as uow:
        assert await uow.users.get("ben") is None
        await add_user(sqlite_units, "ben")
        assert await uow.users.get("ben") is None
    async with sqlite_units.read() as uow:
        assert await uow.users.get("ben") is not None


async def test_a_reading_unit_without_a_query_does_not_begin(sqlite_units: SqlUnits) -> None:
    """A reading unit without a query ends without a transaction, and the next one begins as usual."""
    for _ in range(2):
        async with sqlite_units.read():
            pass
    await add_user(sqlite_units, "anna")
    async with sqlite_units.read() as uow:
        assert await uow.users.get("anna") is not None
    with pytest.raises(LookupError):
        async with sqlite_units.read():
            raise LookupError
