"""Fixtures of the service tests."""

from collections.abc import AsyncGenerator

import pytest

from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.builders import Clock, units_on


@pytest.fixture
async def sqlite_units(sqlite_url: str, clock: Clock) -> AsyncGenerator[SqlUnits]:
    """Transactions on SQLite alone, for rules that do not depend on the database."""
    database = open_database(sqlite_url)
    yield units_on(database, clock)
    await database.close()
