import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from services.errors import DatabaseBusy
from services.events import Event
from storage import engine
from storage.engine import Database, open_database
from storage.tables import users
from storage.unit_of_work import Ids, SqlUnit, SqlUnits
from tests.builders import START, Clock, units_on

pytestmark = pytest.mark.postgres

WAIT_S = 0.05


class Poked(Event, frozen=True, kw_only=True, tag="test.poked"):
    pass


async def test_a_reading_unit_cannot_write(units: SqlUnits) -> None:
    """In a read-only unit the database itself rejects every change."""
    with pytest.raises(DBAPIError):
        async with units.read() as uow:
            await uow.deliveries.update_gone("T", "P", uow.now)
    with pytest.raises(RuntimeError):
        async with units.read() as uow:
            uow.emit(Poked(team_id="T"))


async def test_a_commit_with_events_wakes_the_relay(database: Database, clock: Clock) -> None:
    """The relay is woken after a commit that emitted events, and by no other commit."""
    calls: list[int] = []
    units = units_on(database, clock, lambda: calls.append(1))
    async with units.write() as uow:
        uow.emit(Poked(team_id="T", is_silent=True))
    assert calls == []
    async with units.write() as uow:
        uow.emit(Poked(team_id="T"))
        assert calls == []
    assert calls == [1]
    async with units.read() as uow:
        assert (await uow.deliveries.count_backlog(uow.now)).unrouted == 1


async def test_an_error_rolls_back_and_wakes_no_relay(database: Database, clock: Clock) -> None:
    """A failed transaction leaves neither events nor audit entries, and does not wake the relay."""
    calls: list[int] = []
    units = units_on(database, clock, lambda: calls.append(1))

    async def fail() -> None:
        async with units.write() as uow:
            uow.emit(Poked(team_id="T"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with units.read() as uow:
        assert (await uow.deliveries.count_backlog(uow.now)).unrouted == 0
    assert calls == []


async def test_ids_are_ordered_unique_and_unpredictable() -> None:
    """Later ids sort after earlier ones, also within one clock reading, and cannot be predicted."""
    ids = Ids()
    made = [ids.new(START) for _ in range(1000)]
    assert made == sorted(made)
    assert len({item[14:] for item in made}) == 1000


async def test_a_cancelled_transaction_leaves_nothing_and_frees_its_connection(units: SqlUnits) -> None:
    """A cancelled transaction changes nothing and returns its connection to the pool."""

    async def hang() -> None:
        async with units.write() as uow:
            uow.emit(Poked(team_id="T"))
            await uow.audit.get_head("T")
            await asyncio.sleep(60)

    for _ in range(25):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await hang()
    async with asyncio.timeout(5), units.write() as uow:
        assert (await uow.deliveries.count_backlog(uow.now)).unrouted == 0


@pytest.mark.parametrize("writes", [True, False])
async def test_the_connection_queue_is_fair(database: Database, units: SqlUnits, *, writes: bool) -> None:
    """A request that arrives when a connection is returned waits behind those already in the queue."""
    turns: list[str] = []
    places = 1 if database.is_sqlite and writes else engine.READERS if database.is_sqlite else engine.CONNECTIONS

    async def come(name: str) -> None:
        async with units.write() if writes else units.read() as uow:
            turns.append(name)
            await uow.deliveries.find_due(uow.now)

    def let_another_come(*_: object) -> None:
        tasks.create_task(come("came later"))

    async with AsyncExitStack() as held, asyncio.TaskGroup() as tasks:
        for _ in range(places - 1):
            await held.enter_async_context(units.write() if writes else units.read())
        async with units.write() if writes else units.read() as uow:
            await uow.deliveries.find_due(uow.now)
            tasks.create_task(come("waited"))
            await asyncio.sleep(WAIT_S)
            pool = database.writer.pool if writes else database.reader.pool
            event.listen(pool, "checkin", let_another_come, once=True)
    assert turns == ["waited", "came later"]


async def test_waiting_for_a_connection_has_a_limit(
    database: Database, units: SqlUnits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait for a connection ends with DatabaseBusy, and a connection returned later goes to the next request."""
    monkeypatch.setattr(engine, "QUEUE_SECONDS", 0.01)
    async with AsyncExitStack() as held:
        for _ in range(1 if database.is_sqlite else engine.CONNECTIONS):
            await held.enter_async_context(units.write())
        with pytest.raises(DatabaseBusy):
            await held.enter_async_context(units.write())
    async with units.write() as uow:
        assert not (await uow.deliveries.find_due(uow.now)).events


async def test_a_lock_held_by_another_process_is_waited_for(sqlite_url: str, clock: Clock) -> None:
    """A transaction waits while another process holds the write lock."""
    database = open_database(sqlite_url)
    with closing(sqlite3.connect(database.writer.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.TaskGroup() as tasks:
            written = tasks.create_task(_poke(units_on(database, clock)))
            await asyncio.sleep(0.5)
            assert not written.done()
            other.execute("COMMIT")
    await database.close()


async def test_a_lock_held_for_too_long_is_contention(
    sqlite_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock held beyond the limit raises DatabaseBusy, and nothing is changed."""
    monkeypatch.setattr(engine, "_SQLITE_PRAGMAS", ("PRAGMA busy_timeout = 50",))
    database = open_database(sqlite_url)
    with closing(sqlite3.connect(database.writer.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await _poke(units_on(database, clock))
    await database.close()


async def test_a_deadlock_is_contention(postgres_url: str, clock: Clock) -> None:
    """One of two deadlocked transactions raises DatabaseBusy."""
    database = open_database(postgres_url)
    units = units_on(database, clock)
    async with database.writer.begin() as connection:
        rows = [{"user_id": name, "name": "", "language": "de", "zone": "", "created_at": START} for name in "ab"]
        await connection.execute(users.insert(), rows)

    async def lock(first: str, second: str) -> None:
        async with units.write() as uow:
            await _touch(uow, first)
            await asyncio.sleep(0.2)
            await _touch(uow, second)

    ends = await asyncio.gather(lock("a", "b"), lock("b", "a"), return_exceptions=True)
    assert sorted(str(type(end).__name__) for end in ends) == ["DatabaseBusy", "NoneType"]
    await database.close()


async def _poke(units: SqlUnits) -> None:
    async with units.write() as uow:
        uow.emit(Poked(team_id="T"))


async def _touch(uow: SqlUnit, user_id: str) -> None:
    connection = uow._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no use case locks like this
    await connection.execute(text("UPDATE users SET name = name WHERE user_id = :user_id"), {"user_id": user_id})
