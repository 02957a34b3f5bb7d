"""The one file of SQLite while others hold it, while the disk takes nothing more, and while it can only be read."""

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
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.scene import AWAY, BUSY, OPEN, Scene, scene

TEAMS_WAITS_S = 15.0
WRITERS = 20
PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Size:
    """How long somebody else holds the file, and how long a command may take."""

    held_s: float
    limit_s: float
    beyond_s: float
    notes: int


SIZES = [
    pytest.param(Size(held_s=1.5, limit_s=2.5, beyond_s=10, notes=2), id="quick"),
    pytest.param(
        Size(held_s=3, limit_s=LIMIT_S, beyond_s=18, notes=20),
        id="long",
        marks=[pytest.mark.long, pytest.mark.timeout(300)],
    ),
]


@dataclass(slots=True)
class Told:
    """What people read."""

    kept: list[str] = field(default_factory=list[str])
    away: list[str] = field(default_factory=list[str])
    slowest_s: float = 0.0


async def write(here: Scene, lead_id: str, notes: int, label: str) -> Told:
    """Everybody writes so many notes, one after the other."""
    told = Told()

    async def one(number: int) -> None:
        for round_ in range(notes):
            note = f"{label}-{number}-{round_}"
            began = asyncio.get_running_loop().time()
            args = {"lead": lead_id, "note": note}
            answer = await here.press(here.writers[number], "lead.note", args, note)
            told.slowest_s = max(told.slowest_s, asyncio.get_running_loop().time() - began)
            assert "locked" not in answer
            (told.away if any(one in answer for one in (BUSY, AWAY, OPEN)) else told.kept).append(note)

    async with asyncio.TaskGroup() as tasks:
        for number in range(WRITERS):
            tasks.create_task(one(number))
    return told


@asynccontextmanager
async def held(path: Path, seconds: float) -> AsyncGenerator[None]:
    """Another program writes into the file, from now on and for so long."""
    is_held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            loop.call_soon_threadsafe(is_held.set)
            time.sleep(seconds)
            other.execute("COMMIT")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.to_thread(hold))
        await is_held.wait()
        yield


async def begin(here: Scene) -> str:
    """A lead that is worked on."""
    lead_id = await here.bring(0)
    await here.press(here.writers[0], "lead.pick", {"lead": lead_id}, "first")
    return lead_id


def path_of(url: str) -> Path:
    """The file behind the address."""
    return Path(make_url(url).database or "")


@pytest.mark.parametrize("size", SIZES)
async def test_nobody_reads_of_a_locked_file(size: Size, sqlite_url: str, note: Note) -> None:
    """While somebody else writes, all wait; whoever waits too long reads that it is too much, and nothing is half."""
    async with scene(sqlite_url, WRITERS, Haste.of(1)) as here:
        lead_id = await begin(here)
        async with held(path_of(sqlite_url), size.held_s):
            waited = await write(here, lead_id, size.notes, "waited")
        here.house.dispatch.limit_s = size.limit_s
        async with held(path_of(sqlite_url), size.beyond_s):
            beyond = await write(here, lead_id, 1, "beyond")
        here.house.dispatch.limit_s = LIMIT_S
        after = await write(here, lead_id, 1, "after")
        notes = await here.notes()
        defects = here.counted("kollega_defects_total")
    note(
        writers=WRITERS,
        kept=len(waited.kept),
        slowest_s=round(waited.slowest_s, 1),
        turned_away=len(beyond.away),
        slowest_turned_away_s=round(beyond.slowest_s, 1),
    )
    assert (waited.away, after.away, defects) == ([], [], 0)
    assert {one: notes[one] for one in waited.kept + beyond.kept + after.kept} == dict.fromkeys(
        waited.kept + beyond.kept + after.kept, 1
    )
    assert [one for one in beyond.away if notes[one]] == []
    assert len(beyond.away) > 0
    assert beyond.slowest_s < size.limit_s + BUSY_SECONDS + ACTOR_LIMIT_S
    assert LIMIT_S + BUSY_SECONDS + ACTOR_LIMIT_S <= TEAMS_WAITS_S


@contextmanager
def full_disk(more_bytes: int, path: Path) -> Generator[None]:
    """No file of this process may grow beyond what the database needs now and a little more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = path.with_name(f"{path.name}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + more_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_keeps_what_was_acknowledged(sqlite_url: str, note: Note) -> None:
    """Where nothing more can be kept, nothing is said to be kept; with room again the bot goes on by itself."""
    path = path_of(sqlite_url)
    async with scene(sqlite_url, WRITERS, Haste.of(1)) as here:
        lead_id = await begin(here)
        before = await write(here, lead_id, 1, "before")
        with full_disk(8 * PAGE_BYTES, path):
            full = await write(here, lead_id, 1, "full")
        after = await write(here, lead_id, 1, "after")
        notes = await here.notes()
        defects = here.counted("kollega_defects_total")
    with closing(sqlite3.connect(path)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()
    note(kept=len(before.kept + full.kept + after.kept), turned_away=len(full.away), defects=defects)
    assert (before.away, after.away) == ([], [])
    assert len(full.away) > 0
    assert set(before.kept + full.kept + after.kept) <= notes.keys()
    assert set(notes.values()) == {1}
    assert (whole, defects) == (("ok",), 0)


@contextmanager
def read_only(database: Database) -> Generator[None]:
    """Every connection that is handed out meanwhile can only read, as after an error of the disk."""
    is_over = False

    def decide(connection: DBAPIConnection, record: object, proxy: object) -> None:
        del record, proxy
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only = {'OFF' if is_over else 'ON'}")
        cursor.close()

    event.listen(database.writer.sync_engine, "checkout", decide)
    try:
        yield
    finally:
        is_over = True


@pytest.mark.nightly
async def test_a_file_that_can_only_be_read_is_still_read(sqlite_url: str, note: Note) -> None:
    """Where nothing can be kept for a while, writers are told so and readers are answered; afterwards all goes on."""
    async with scene(sqlite_url, WRITERS, Haste.of(1)) as here:
        lead_id = await begin(here)
        before = await write(here, lead_id, 1, "before")
        with read_only(here.house.database):
            refused = await write(here, lead_id, 1, "refused")
            looked = await here.press(here.writers[1], "lead.card", {"lead": lead_id}, "look")
        after = await write(here, lead_id, 1, "after")
        notes = await here.notes()
        defects = here.counted("kollega_defects_total")
    note(kept=len(before.kept + after.kept), turned_away=len(refused.away), slowest_s=round(refused.slowest_s, 1))
    assert (before.away, refused.kept, after.away, defects) == ([], [], [], 0)
    assert notes == dict.fromkeys(before.kept + after.kept, 1)
    assert "L-1" in looked
    assert refused.slowest_s < LIMIT_S + ACTOR_LIMIT_S
