"""Imports whose processes are killed, whose files are broken, and beside which people go on working."""

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
from services.lead_import import ImportState, ImportView, LeadImport, Tally
from services.spreadsheet import ROWS_MAX
from services.table import BadRow, open_table
from storage.engine import Database, open_database
from storage.tables import lead_history, lead_import_rows, lead_sights, leads
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, Clock, units_on
from tests.faults import importer_process, nursery
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.services import imports
from tests.services.firms import Firm, bring, found, pick

FACTOR = 60
KIB = 1024
MIB_MAX = 100
CLICK_MAX_S = 2.0
PAUSE_S = 0.05
BROKEN_SHARE = 20
"""One row of so many is malformed."""
MALFORMED = (
    '"Eva;Nr 1;offen@acme.example;;;;;',
    "Eva;Nr 2;kein At;;;;;",
    ";;ohne-name@acme.example;;;;;",
    "Eva;Nr 3;;;;;;viel",
    "Eva;Nr 4;;;;;;;;;zu viele",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are, and how often whoever carries them dies."""

    rows: int
    kills: int


KILLED = [
    pytest.param(Size(6_000, 4), id="quick", marks=pytest.mark.timeout(180)),
    pytest.param(Size(40_000, 60), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]
BESIDE = [
    pytest.param(Size(2_000, 0), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(20_000, 0), id="long", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
]
WHOLE = [
    pytest.param(Size(5_000, 0), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(ROWS_MAX, 0), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


def broken(rows: int) -> bytes:
    """A file of which one row of twenty is malformed, each in its way."""
    return imports.table(
        *(
            MALFORMED[number // BROKEN_SHARE % len(MALFORMED)] if number % BROKEN_SHARE == 0 else short(number)
            for number in range(1, rows + 1)
        )
    )


def short(number: int) -> str:
    """Somebody whom no other row knows, in few characters: a hundred thousand fit into a file."""
    return f"Eva;Nr {number};e{number}@acme.example;0711 {1_000_000 + number};;;Dach;1.500,00"


async def kept(database: Database, view: ImportView) -> tuple[LeadImport, Counter[str], int]:
    """The import, how often each line's e-mail became a lead, and how many rows were left out."""
    units = units_on(database, Clock())
    async with database.reader.connect() as connection:
        addresses = Counter((await connection.execute(select(leads.c.email))).scalars())
        numbers = list((await connection.execute(select(lead_sights.c.number))).scalars())
        history = Counter((await connection.execute(select(lead_history.c.lead_id))).scalars())
        left_out = list((await connection.execute(select(lead_import_rows.c.line))).scalars())
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert set(history.values()) <= {1}
    assert len(history) == sum(addresses.values())
    return await imports.state(units, view), addresses, len(left_out)


@pytest.mark.parametrize("size", KILLED)
@pytest.mark.nightly
async def test_killed_imports_go_on_and_double_nothing(
    size: Size, database_url: str, chance: random.Random, note: Note
) -> None:
    """SIGKILL at any moment: another process goes on; each row is a lead once or is accounted for once."""
    haste = Haste.of(FACTOR)
    database = open_database(database_url)
    firm = await found(units := SqlUnits(database, haste, KEYRING), "Solarhaus")
    view = await imports.begin(units, firm.member, broken(size.rows))
    arguments = (database_url, str(FACTOR), str(haste.since_s))
    killed = 0
    async with nursery.opened(importer_process.__name__) as processes:
        for _ in range(size.kills):
            alive = await processes.start(*arguments)
            await asyncio.sleep(chance.uniform(0.05, 0.8))
            processes.kill(alive)
            killed += await processes.ended(alive) == -signal.SIGKILL
        last = [await processes.start(*arguments) for _ in range(2)]
        assert [await processes.ended(one) for one in last] == [0, 0]
    done, addresses, left_out = await kept(database, view)
    await database.close()
    note(rows=size.rows, killed=killed, imported=done.tally.imported, left_out=left_out)
    assert done.state is ImportState.DONE
    assert done.tally.rows == done.rows == size.rows
    assert addresses.most_common(1)[0][1] == 1
    assert (len(addresses), left_out) == (done.tally.imported, done.tally.known + done.tally.rejected)


@pytest.mark.parametrize("size", WHOLE)
@pytest.mark.nightly
async def test_a_large_file_with_flaws_is_imported_in_little_memory(size: Size, database_url: str, note: Note) -> None:
    """Accepted and rejected rows together are all rows; the memory does not grow with the file."""
    database = open_database(database_url)
    units = units_on(database, Clock())
    firm = await found(units, "Solarhaus")
    content = broken(size.rows)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    view = await imports.begin(units, firm.member, content)
    began, worked = time.monotonic(), time.process_time()
    await Importer(units, Metrics()).drain()
    took_s, cpu_s = time.monotonic() - began, time.process_time() - worked
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) // KIB
    done, addresses, left_out = await kept(database, view)
    await database.close()
    note(rows=size.rows, seconds=round(took_s, 1), cpu_seconds=round(cpu_s, 1), grown_mib=grown_mib)
    assert done.tally == Tally(size.rows - left_out, 0, left_out)
    assert left_out == size.rows // BROKEN_SHARE
    assert len(addresses) == done.tally.imported
    assert grown_mib < MIB_MAX


@pytest.mark.parametrize("size", BESIDE)
@pytest.mark.nightly
async def test_people_go_on_beside_an_import(size: Size, database_url: str, note: Note) -> None:
    """While a file is imported, colleagues bring in and pick leads; nobody waits for long, and nobody is refused."""
    database, other = open_database(database_url), open_database(database_url)
    units = units_on(database, Clock())
    firm = await found(units, "Solarhaus")
    view = await imports.begin(units, firm.member, imports.many(size.rows))
    waits: list[float] = []
    async with asyncio.TaskGroup() as tasks:
        carrying = tasks.create_task(Importer(units_on(other, Clock()), Metrics()).drain())
        while not carrying.done():
            waits.append(await click(firm))
            await asyncio.sleep(PAUSE_S)
    tally = (await imports.state(units, view)).tally
    await other.close()
    await database.close()
    waits.sort()
    note(rows=size.rows, clicks=len(waits), slowest_s=round(waits[-1], 2), median_s=round(waits[len(waits) // 2], 3))
    assert tally == Tally(size.rows)
    assert waits[-1] < CLICK_MAX_S


async def click(firm: Firm) -> float:
    """Bring a lead in and pick it; how long that took. Raises Contended."""
    began = time.monotonic()
    brought = await bring(firm)
    await pick(firm, brought.lead_id)
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
def test_no_file_takes_memory_or_time(name: str, note: Note) -> None:
    """Files that are made to hurt are read within seconds and in little memory, every row of them accounted for."""
    content = CORPUS[name]
    before_kib, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    kinds = Counter(type(row) for row in open_table(content).rows())
    took_s = time.process_time() - began
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) // KIB
    note(file=name, good=kinds.total() - kinds[BadRow], bad=kinds[BadRow], cpu_s=round(took_s, 2), grown_mib=grown_mib)
    assert grown_mib < MIB_MAX
    assert took_s < 10
