"""The connections to SQLite and PostgreSQL, set up so that the same statements behave the same on both."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import aiosqlite
import asyncpg
import msgspec
from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from services.errors import DatabaseBusy, DatabaseUnreachable
from storage.sqlite import Connection as SqliteConnection

BUSY_SECONDS: Final = 5
"""A person waits for the response: a transaction that waits longer for a lock ends as DatabaseBusy."""
QUEUE_SECONDS: Final = 30
"""Work that waits longer for a connection of this process is refused, so that a queue cannot grow without end."""
READERS: Final = 4
CONNECTIONS: Final = 10
PREPARED_MAX: Final = 400
"""More than there are statements: each of them stays prepared in each connection to PostgreSQL."""
PING_AFTER_SECONDS: Final = 5.0
"""A connection that was idle for longer is pinged before it is used: a network may have dropped it silently."""

WAL_TRIES: Final = 50

_SQLITE_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    # A power cut may lose the last commits but never damages the file; FULL would sync at every commit.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
_READER_PRAGMAS: Final = (
    "PRAGMA query_only = ON",
    # KiB. The system keeps the file's pages for all; four times the usual 2 MB would hold the same ones again.
    "PRAGMA cache_size = -500",
)
_POSTGRES_SETTINGS: Final = {
    "application_name": "kollega",
    "timezone": "UTC",
    "lock_timeout": f"{BUSY_SECONDS}s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
}
_RESTING_SINCE: Final = "resting_since"
_CONTENTION: Final = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock
        "55P03",  # lock not available in time
    }
)
_AWAY: Final = frozenset(
    {
        "57P01",  # stopped by its operator
        "57P02",  # stopped because another connection crashed
        "57P03",  # starts or stops at this moment
        "53100",  # disk full
        "53300",  # too many connections
        "58030",  # the disk fails
    }
)
_CONNECTION_LOST: Final = "08"
_CANNOT_WRITE: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)


@dataclass(frozen=True, slots=True)
class Database:
    """One database, seen through an engine that may change it and one that cannot.

    The semaphores serve waiting tasks in order. The pool alone lets a task that returns a connection take it again at
    once, and sends the waiting tasks to the end of the queue.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    writer_slots: asyncio.Semaphore
    reader_slots: asyncio.Semaphore

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file on this machine."""
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def transaction(self, *, writes: bool) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction, and commit it at the end. Raises DatabaseBusy, DatabaseUnreachable."""
        engine, places = (self.writer, self.writer_slots) if writes else (self.reader, self.reader_slots)
        await _wait_for(places)
        try:
            with translate_errors(writes=writes):
                async with engine.begin() as connection:
                    yield connection
        finally:
            places.release()

    async def set_wal_mode(self) -> None:
        """Set WAL mode, so that readers and the writer do not block each other; the file keeps it. Raises DatabaseBusy.

        SQLite ignores its busy timeout when it changes the journal mode, so the retries are here.
        """
        async with self.writer.connect() as connection:
            raw = await connection.get_raw_connection()
            for _ in range(WAL_TRIES):
                try:
                    return await _use_wal(raw.driver_connection)
                except sqlite3.OperationalError as error:
                    if not is_contention(error):
                        raise
                await asyncio.sleep(BUSY_SECONDS / WAL_TRIES)
        raise DatabaseBusy

    async def close(self) -> None:
        """Close every connection."""
        await self.writer.dispose()
        await self.reader.dispose()


async def _wait_for(places: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(QUEUE_SECONDS):
            await places.acquire()
    except TimeoutError as error:
        raise DatabaseBusy from error


async def _use_wal(connection: object) -> None:
    if isinstance(connection, aiosqlite.Connection):
        cursor = await connection.execute("PRAGMA journal_mode = WAL")
        await cursor.close()


def open_database(url: str) -> Database:
    """Return the database of a URL; nothing is connected before the first transaction."""
    parsed = make_url(url)
    return _open_sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _open_postgres(parsed)


def _open_sqlite(url: URL) -> Database:
    """Open one writer that begins with BEGIN IMMEDIATE: a deferred transaction fails at its first write under load."""
    writer = _sqlite_engine(url, 1)
    reader = _sqlite_engine(url, READERS)
    _on_connect(writer, _SQLITE_PRAGMAS)
    _on_connect(reader, (*_SQLITE_PRAGMAS, *_READER_PRAGMAS))
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    event.listen(reader.sync_engine, "begin", _begin_with_first_query)
    return Database(writer, reader, asyncio.Semaphore(1), asyncio.Semaphore(READERS))


def _sqlite_engine(url: URL, connections: int) -> AsyncEngine:
    return create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=QUEUE_SECONDS,
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
        connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": SqliteConnection},
    )


def _on_connect(engine: AsyncEngine, statements: tuple[str, ...]) -> None:
    def prepare(connection: DBAPIConnection, record: object) -> None:
        del record
        # The driver must not begin transactions by itself: BEGIN IMMEDIATE is sent above.
        connection.isolation_level = None
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_with_first_query(connection: Connection) -> None:
    """Send BEGIN of a reader together with its first query: one visit of the thread less."""
    driver = connection.connection.driver_connection
    if isinstance(driver, SqliteConnection):
        driver.defer("BEGIN")


def _open_postgres(url: URL) -> Database:
    engine = create_async_engine(
        url,
        # No overflow: the pool closes an overflow connection after each use, and its prepared statements with it.
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=QUEUE_SECONDS,
        hide_parameters=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
        pool_recycle=1800,
        connect_args={
            "server_settings": _POSTGRES_SETTINGS,
            "timeout": 10,
            "command_timeout": 30,
            "prepared_statement_cache_size": PREPARED_MAX,
        },
    )
    _on_checkout(engine)
    places = asyncio.Semaphore(CONNECTIONS)
    return Database(engine, engine.execution_options(postgresql_readonly=True), places, places)


def _on_checkout(engine: AsyncEngine) -> None:
    """Hand out no lost connection. A ping at every checkout would cost a fifth of a short transaction (measured).

    The driver notices at once when the server closes a connection; a silent drop in the network shows when it is idle.
    """

    def note(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        del connection
        record.info[_RESTING_SINCE] = time.monotonic()

    def check(connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: object) -> None:
        del proxy
        driver = record.driver_connection
        if isinstance(driver, asyncpg.Connection) and driver.is_closed():
            raise DisconnectionError
        if time.monotonic() - record.info.get(_RESTING_SINCE, 0.0) > PING_AFTER_SECONDS:
            _ping(engine, connection)

    event.listen(engine.sync_engine, "checkin", note)
    event.listen(engine.sync_engine, "checkout", check)


def _ping(engine: AsyncEngine, connection: DBAPIConnection) -> None:
    try:
        engine.sync_engine.dialect.do_ping(connection)
    except engine.sync_engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


@contextmanager
def translate_errors(*, writes: bool = True) -> Generator[None]:
    """Translate errors of both databases: DatabaseBusy for locks, DatabaseUnreachable where the database is away.

    A write in a read-only transaction is passed on: it is a defect, and no retry helps.
    """
    try:
        yield
    except PoolExhausted as error:
        raise DatabaseBusy from error
    except DBAPIError as error:
        if is_contention(error.orig):
            raise DatabaseBusy from error
        if not writes and is_read_only(error.orig):
            raise
        if error.connection_invalidated or is_away(error.orig):
            raise DatabaseUnreachable from error
        raise
    except Exception as error:
        # SQLAlchemy does not wrap the driver's errors while a connection is being made.
        if is_away(error):
            raise DatabaseUnreachable from error
        raise


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database cannot be reached, or cannot write, at this moment."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _CANNOT_WRITE
    state = str(getattr(error, "sqlstate", ""))
    return isinstance(error, OSError) or state in _AWAY or state.startswith(_CONNECTION_LOST)


def is_read_only(error: BaseException | None) -> bool:
    """Tell whether SQLite refuses to write."""
    return isinstance(error, sqlite3.Error) and _sqlite_code(error) == sqlite3.SQLITE_READONLY


def is_contention(error: BaseException | None) -> bool:
    """Tell whether the same transaction may succeed when it is run again."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return str(getattr(error, "sqlstate", "")) in _CONTENTION


def _sqlite_code(error: sqlite3.Error) -> int:
    """Return the primary code, without the upper bits of the extended one; an error of the driver itself has none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
