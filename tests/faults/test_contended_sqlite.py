"""SQLite under contention: a locked file, a full disk, and a read-only file."""

import asyncio
import resource
import sqlite3
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from bot.dispatch.dispatcher import LIMIT_S
from bot.dispatch.failures import ACTOR_LIMIT_S
from storage.engine import BUSY_SECONDS, Database
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.running_bot import DATABASE_UNAVAILABLE, OUTCOME_OPEN, OVERLOADED, RunningBot, running_bot

TEAMS_TIMEOUT_S = 15.0
WRITERS = 20
PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Size:
    """How long another process holds the lock, and the time limit of a command."""

    held_s: float
    limit_s: float
    held_too_long_s: float
    note_counts: int


SIZES = [
    pytest.param(Size(held_s=1.5, limit_s=2.5, held_too_long_s=10, note_counts=2), id="quick"),
    pytest.param(
        Size(held_s=3, limit_s=LIMIT_S, held_too_long_s=18, note_counts=20),
        id="long",
        marks=[pytest.mark.long, pytest.mark.timeout(300)],
    ),
]


@dataclass(slots=True)
class WriteResults:
    """Notes by outcome, and the slowest response."""

    saved: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])
    slowest_s: float = 0.0


async def write_notes(bot: RunningBot, lead_id: str, notes: int, label: str) -> WriteResults:
    """Let every member write `notes` notes, one after the other."""
    results = WriteResults()

    async def one(number: int) -> None:
        for round_ in range(notes):
            note = f"{label}-{number}-{round_}"
            began = asyncio.get_running_loop().time()
            args = {"lead": lead_id, "note": note}
            response = await bot.press(bot.writers[number], "lead.note", args, note)
            results.slowest_s = max(results.slowest_s, asyncio.get_running_loop().time() - began)
            assert "locked" not in response
            (
                results.refused
                if any(item in response for item in (OVERLOADED, DATABASE_UNAVAILABLE, OUTCOME_OPEN))
                else results.saved
            ).append(note)

    async with asyncio.TaskGroup() as tasks:
        for number in range(WRITERS):
            tasks.create_task(one(number))
    return results


@asynccontextmanager
async def locked_by_other_process(path: Path, seconds: float) -> AsyncGenerator[None]:
    """Hold the write lock from another connection for `seconds`."""
    is_held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold_lock() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            loop.call_soon_threadsafe(is_held.set)
            time.sleep(seconds)
            connection.execute("COMMIT")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(hold_lock))
        await is_held.wait()
        yield


async def create_picked_lead(bot: RunningBot) -> str:
    """Create a lead and pick it; return its id."""
    lead_id = await bot.create_lead(0)
    await bot.press(bot.writers[0], "lead.pick", {"lead": lead_id}, "first")
    return lead_id


def path_of(url: str) -> Path:
    """Return the path of the database file."""
    return Path(make_url(url).database or "")


@pytest.mark.parametrize("size", SIZES)
async def test_a_locked_file_is_waited_for(size: Size, sqlite_url: str, record: RecordFigures) -> None:
    """Writers wait for a locked file; a wait beyond the limit is refused as overload, and no note is half written."""
    async with running_bot(sqlite_url, WRITERS, AcceleratedClock.starting_now(1)) as bot:
        lead_id = await create_picked_lead(bot)
        async with locked_by_other_process(path_of(sqlite_url), size.held_s):
            waiting = await write_notes(bot, lead_id, size.note_counts, "waited")
        bot.app.dispatch.limit_s = size.limit_s
        async with locked_by_other_process(path_of(sqlite_url), size.held_too_long_s):
            beyond = await write_notes(bot, lead_id, 1, "beyond")
        bot.app.dispatch.limit_s = LIMIT_S
        after = await write_notes(bot, lead_id, 1, "after")
        notes = await bot.note_counts()
        defects = bot.metric_total("kollega_defects_total")
    record(
        writers=WRITERS,
        saved=len(waiting.saved),
        slowest_s=round(waiting.slowest_s, 1),
        refused_count=len(beyond.refused),
        slowest_refused_s=round(beyond.slowest_s, 1),
    )
    assert (waiting.refused, after.refused, defects) == ([], [], 0)
    assert {item: notes[item] for item in waiting.saved + beyond.saved + after.saved} == dict.fromkeys(
        waiting.saved + beyond.saved + after.saved, 1
    )
    assert [item for item in beyond.refused if notes[item]] == []
    assert len(beyond.refused) > 0
    assert beyond.slowest_s < size.limit_s + BUSY_SECONDS + ACTOR_LIMIT_S
    assert LIMIT_S + BUSY_SECONDS + ACTOR_LIMIT_S <= TEAMS_TIMEOUT_S


@contextmanager
def full_disk(more_bytes: int, path: Path) -> Generator[None]:
    """Limit the size of files of this process to the current WAL and a little more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = path.with_name(f"{path.name}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + more_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_keeps_acknowledged_notes(sqlite_url: str, record: RecordFigures) -> None:
    """On a full disk no note is acknowledged without being stored; with free space the bot works again."""
    path = path_of(sqlite_url)
    async with running_bot(sqlite_url, WRITERS, AcceleratedClock.starting_now(1)) as bot:
        lead_id = await create_picked_lead(bot)
        before = await write_notes(bot, lead_id, 1, "before")
        with full_disk(8 * PAGE_BYTES, path):
            full = await write_notes(bot, lead_id, 1, "full")
        after = await write_notes(bot, lead_id, 1, "after")
        notes = await bot.note_counts()
        defects = bot.metric_total("kollega_defects_total")
    with closing(sqlite3.connect(path)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()
    record(saved=len(before.saved + full.saved + after.saved), refused_count=len(full.refused), defects=defects)
    assert (before.refused, after.refused) == ([], [])
    assert len(full.refused) > 0
    assert set(before.saved + full.saved + after.saved) <= notes.keys()
    assert set(notes.values()) == {1}
    assert (whole, defects) == (("ok",), 0)


@contextmanager
def read_only(database: Database) -> Generator[None]:
    """Let every connection that is checked out meanwhile only read, as after an I/O error."""
    is_writable = False

    def set_query_only(connection: DBAPIConnection, record: object, proxy: object) -> None:
        del record, proxy
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only = {'OFF' if is_writable else 'ON'}")
        cursor.close()

    event.listen(database.writer.sync_engine, "checkout", set_query_only)
    try:
        yield
    finally:
        is_writable = True


@pytest.mark.nightly
async def test_a_read_only_file_still_serves_readers(sqlite_url: str, record: RecordFigures) -> None:
    """While the file is read-only, writers are refused and readers are served; afterwards writes work again."""
    async with running_bot(sqlite_url, WRITERS, AcceleratedClock.starting_now(1)) as bot:
        lead_id = await create_picked_lead(bot)
        before = await write_notes(bot, lead_id, 1, "before")
        with read_only(bot.app.database):
            refused = await write_notes(bot, lead_id, 1, "refused")
            card = await bot.press(bot.writers[1], "lead.card", {"lead": lead_id}, "look")
        after = await write_notes(bot, lead_id, 1, "after")
        notes = await bot.note_counts()
        defects = bot.metric_total("kollega_defects_total")
    record(
        saved=len(before.saved + after.saved), refused_count=len(refused.refused), slowest_s=round(refused.slowest_s, 1)
    )
    assert (before.refused, refused.saved, after.refused, defects) == ([], [], [], 0)
    assert notes == dict.fromkeys(before.saved + after.saved, 1)
    assert "L-1" in card
    assert refused.slowest_s < LIMIT_S + ACTOR_LIMIT_S
