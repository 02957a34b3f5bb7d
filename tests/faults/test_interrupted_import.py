"""Imports whose processes are killed, whose files are malformed, and that run beside other commands."""

import asyncio
import random
import resource
import signal
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.jobs.importer import Importer
from bot.operations.metrics import Metrics
from services.lead_import import ImportState, ImportView, LeadImport, RowCounts
from services.spreadsheet import ROWS_MAX
from services.table import BadCsvRow, open_table
from storage.engine import Database, open_database
from storage.tables import lead_history, lead_import_rows, lead_sights, leads
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, Clock, units_on
from tests.faults import importer_process, process_pool
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.services import import_steps
from tests.services.seeded_team import SeededTeam, create_lead, pick_lead, seed_team

FACTOR = 60
KIB = 1024
MIB_MAX = 100
CLICK_MAX_S = 2.0
PAUSE_S = 0.05
BROKEN_SHARE = 20
"""One row in this many is malformed."""
MALFORMED = (
    '"Eva;Nr 1;offen@acme.example;;;;;',
    "Eva;Nr 2;kein At;;;;;",
    ";;ohne-name@acme.example;;;;;",
    "Eva;Nr 3;;;;;;viel",
    "Eva;Nr 4;;;;;;;;;zu viele",
)


@dataclass(frozen=True, slots=True)
class Size:
    """Number of rows, and how often the importing process is killed."""

    rows: int
    kills: int


KILLED = [
    pytest.param(Size(6_000, 4), id="quick", marks=pytest.mark.timeout(180)),
    pytest.param(Size(40_000, 60), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]
CONCURRENT = [
    pytest.param(Size(2_000, 0), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(20_000, 0), id="long", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
]
WHOLE = [
    pytest.param(Size(5_000, 0), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(ROWS_MAX, 0), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


def malformed_file(rows: int) -> bytes:
    """Return a file in which one row of twenty is malformed, in different ways."""
    return import_steps.table(
        *(
            MALFORMED[number // BROKEN_SHARE % len(MALFORMED)] if number % BROKEN_SHARE == 0 else short_row(number)
            for number in range(1, rows + 1)
        )
    )


def short_row(number: int) -> str:
    """Return a unique contact in few characters: a hundred thousand rows fit into a file."""
    return f"Eva;Nr {number};e{number}@acme.example;0711 {1_000_000 + number};;;Dach;1.500,00"


async def imported_rows(database: Database, view: ImportView) -> tuple[LeadImport, Counter[str], int]:
    """Return the import, the count of leads by e-mail, and the number of skipped rows."""
    units = units_on(database, Clock())
    async with database.reader.connect() as connection:
        addresses = Counter((await connection.execute(select(leads.c.email))).scalars())
        numbers = list((await connection.execute(select(lead_sights.c.number))).scalars())
        history = Counter((await connection.execute(select(lead_history.c.lead_id))).scalars())
        left_out = list((await connection.execute(select(lead_import_rows.c.line))).scalars())
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert set(history.values()) <= {1}
    assert len(history) == sum(addresses.values())
    return await import_steps.stored_import(units, view), addresses, len(left_out)


@pytest.mark.parametrize("size", KILLED)
@pytest.mark.nightly
async def test_killed_imports_resume_without_duplicates(
    size: Size, database_url: str, rng: random.Random, record: RecordFigures
) -> None:
    """After SIGKILL another process resumes the import, and each row becomes one lead or one skipped row."""
    clock = AcceleratedClock.starting_now(FACTOR)
    database = open_database(database_url)
    seeded = await seed_team(units := SqlUnits(database, clock, KEYRING), "Solarhaus")
    view = await import_steps.begin(units, seeded.member, malformed_file(size.rows))
    arguments = (database_url, str(FACTOR), str(clock.since_s))
    killed = 0
    async with process_pool.process_pool(importer_process.__name__) as processes:
        for _ in range(size.kills):
            alive = await processes.start(*arguments)
            await asyncio.sleep(rng.uniform(0.05, 0.8))
            processes.kill(alive)
            killed += await processes.wait_for_exit(alive) == -signal.SIGKILL
        last = [await processes.start(*arguments) for _ in range(2)]
        assert [await processes.wait_for_exit(item) for item in last] == [0, 0]
    done, addresses, left_out = await imported_rows(database, view)
    await database.close()
    record(rows=size.rows, killed=killed, imported=done.tally.imported, left_out=left_out)
    assert done.state is ImportState.DONE
    assert done.tally.rows == done.rows == size.rows
    assert addresses.most_common(1)[0][1] == 1
    assert (len(addresses), left_out) == (done.tally.imported, done.tally.known + done.tally.rejected)


@pytest.mark.parametrize("size", WHOLE)
@pytest.mark.nightly
async def test_a_large_malformed_file_needs_little_memory(size: Size, database_url: str, record: RecordFigures) -> None:
    """Accepted and rejected rows add up to all rows, and memory does not grow with the file."""
    database = open_database(database_url)
    units = units_on(database, Clock())
    seeded = await seed_team(units, "Solarhaus")
    content = malformed_file(size.rows)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    view = await import_steps.begin(units, seeded.member, content)
    began, worked = time.monotonic(), time.process_time()
    await Importer(units, Metrics()).drain()
    took_s, cpu_s = time.monotonic() - began, time.process_time() - worked
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) // KIB
    done, addresses, left_out = await imported_rows(database, view)
    await database.close()
    record(rows=size.rows, seconds=round(took_s, 1), cpu_seconds=round(cpu_s, 1), grown_mib=grown_mib)
    assert done.tally == RowCounts(size.rows - left_out, 0, left_out)
    assert left_out == size.rows // BROKEN_SHARE
    assert len(addresses) == done.tally.imported
    assert grown_mib < MIB_MAX


@pytest.mark.parametrize("size", CONCURRENT)
@pytest.mark.nightly
async def test_commands_run_beside_an_import(size: Size, database_url: str, record: RecordFigures) -> None:
    """While an import runs, members create and pick leads without a long wait and without a refusal."""
    database, other = open_database(database_url), open_database(database_url)
    units = units_on(database, Clock())
    seeded = await seed_team(units, "Solarhaus")
    view = await import_steps.begin(units, seeded.member, import_steps.numbered_table(size.rows))
    waits: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        importing = tasks.create_task(Importer(units_on(other, Clock()), Metrics()).drain())
        while not importing.done():
            waits.append(await click(seeded))
            await asyncio.sleep(PAUSE_S)
    tally = (await import_steps.stored_import(units, view)).tally
    await other.close()
    await database.close()
    waits.sort()
    record(rows=size.rows, clicks=len(waits), slowest_s=round(waits[-1], 2), median_s=round(waits[len(waits) // 2], 3))
    assert tally == RowCounts(size.rows)
    assert waits[-1] < CLICK_MAX_S


async def click(seeded: SeededTeam) -> float:
    """Create a lead and pick it; return the seconds it took. Raises DatabaseBusy."""
    began = time.monotonic()
    new_lead = await create_lead(seeded)
    await pick_lead(seeded, new_lead.lead_id)
    return time.monotonic() - began


CORPUS = {
    "a million commas": b"Name,Mail\n" + b"," * 1_000_000 + b"\nEva,e@acme.example\n",
    "a cell of nine million characters": b"Name;Mail\n" + b"x" * 9_000_000 + b"\nEva;e@acme.example\n",
    "a quotation mark that never ends": b'Name;Mail\n"' + b"Eva;e@acme.example\n" * 90_000,
    "quotation marks everywhere": b'Name;Mail\na";"\n' * 90_000,
    "empty rows": b"Name;Mail\n" + b"\n" * 9_000_000,
    "UTF-16": "Name;Mail\n".encode("utf-16") + "Eva;e@acme.example\n".encode("utf-16-le") * 90_000,
    "damaged UTF-8": "Näme;Mail\n".encode() + "Jörg;e\n".encode() * 50_000 + b"\xff;e\n" * 40_000,
}


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.nightly
def test_hostile_files_are_read_quickly(name: str, record: RecordFigures) -> None:
    """Files made to exhaust memory or time are read within ten seconds and 100 MiB."""
    content = CORPUS[name]
    before_kib, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    kinds = Counter(type(row) for row in open_table(content).rows())
    took_s = time.process_time() - began
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) // KIB
    record(
        file=name,
        good=kinds.total() - kinds[BadCsvRow],
        bad=kinds[BadCsvRow],
        cpu_s=round(took_s, 2),
        grown_mib=grown_mib,
    )
    assert grown_mib < MIB_MAX
    assert took_s < 10
