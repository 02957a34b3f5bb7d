"""A process that runs imports until none is left: `main(database, factor, since)`."""

import asyncio

import structlog
from sqlalchemy import exists, select

from bot.jobs.importer import Importer
from bot.operations.metrics import Metrics
from services.lead_import import ImportState
from storage.engine import Database, open_database
from storage.tables import lead_imports
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.faults.accelerated_clock import AcceleratedClock

POLL_S = 0.02
LOG_LEVEL = 50


async def has_running_import(database: Database) -> bool:
    """Return whether an import is running in any process."""
    async with database.reader.connect() as connection:
        statement = select(exists().where(lead_imports.c.state == ImportState.RUNNING))
        return bool((await connection.execute(statement)).scalar_one())


async def run_importer(url: str, clock: AcceleratedClock) -> None:
    """Run imports until none is left or the process is killed."""
    database = open_database(url)
    importer = Importer(SqlUnits(database, clock, KEYRING), Metrics())
    while await has_running_import(database):
        if not await importer.work():
            await asyncio.sleep(POLL_S)
    await database.close()


def main(url: str, factor: str, since_s: str) -> None:
    """Run one importer process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    asyncio.run(run_importer(url, AcceleratedClock(float(factor), float(since_s))))
