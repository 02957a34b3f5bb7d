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


async def met(units: SqlUnits, name: str) -> None:
    """Somebody is kept."""
    async with units.write() as uow:
        user = User(UserId(name), name, Language.GERMAN, "UTC")
        await uow.users.add(user, Identity("teams", "T", name, user.user_id), uow.now)


async def test_whoever_is_cancelled_in_the_queue_for_the_lock_does_not_keep_it(
    sqlite_units: SqlUnits, sqlite_url: str
) -> None:
    """The thread still gets the lock after the wait was given up; nobody has to wait for it afterwards."""
    with closing(
        sqlite3.connect(sqlite_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None, timeout=1)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(met(sqlite_units, "anna"))  # noqa: TID251 - it is cancelled right here
        await asyncio.sleep(WAIT_S)
        waiting.cancel()
        await asyncio.sleep(WAIT_S)
        other.execute("COMMIT")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        other.execute("BEGIN IMMEDIATE")
        other.execute("COMMIT")
    await met(sqlite_units, "ben")
    async with sqlite_units.read() as uow:
        assert (await uow.users.get("anna"), (await uow.users.get("ben")) is None) == (None, False)


async def test_a_reading_unit_sees_one_moment(sqlite_units: SqlUnits) -> None:
    """What others commit after its first question stays unseen until its end, although it began with that question."""
    await met(sqlite_units, "anna")
    async with sqlite_units.read() as uow:
        assert await uow.users.get("ben") is None
        await met(sqlite_units, "ben")
        assert await uow.users.get("ben") is None
    async with sqlite_units.read() as uow:
        assert await uow.users.get("ben") is not None


async def test_a_reading_unit_without_a_question_is_none(sqlite_units: SqlUnits) -> None:
    """What nobody asked in is ended without having begun, and the next one begins as usual."""
    for _ in range(2):
        async with sqlite_units.read():
            pass
    await met(sqlite_units, "anna")
    async with sqlite_units.read() as uow:
        assert await uow.users.get("anna") is not None
    with pytest.raises(LookupError):
        async with sqlite_units.read():
            raise LookupError
