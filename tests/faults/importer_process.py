"""A process that carries imports until none is left: `main(database, factor, since)`."""

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
from tests.faults.haste import Haste

LOOK_S = 0.02
LOST = 50


async def is_left(database: Database) -> bool:
    """Whether some import still runs, whoever carries it."""
    async with database.reader.connect() as connection:
        statement = select(exists().where(lead_imports.c.state == ImportState.RUNNING))
        return bool((await connection.execute(statement)).scalar_one())


async def carry(url: str, haste: Haste) -> None:
    """Work until nothing is left, or until killed."""
    database = open_database(url)
    importer = Importer(SqlUnits(database, haste, KEYRING), Metrics())
    while await is_left(database):
        if not await importer.work():
            await asyncio.sleep(LOOK_S)
    await database.close()


def main(url: str, factor: str, since_s: str) -> None:
    """Be such a process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOST))
    asyncio.run(carry(url, Haste(float(factor), float(since_s))))
