"""Re-sealing with a new key: afterwards the old one opens nothing that is needed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from bot.operations.reseal import PURPOSES, OpenColumn, ResealCount, SealedColumn, reseal_all
from services import file, installation
from services.file.access import load_file
from services.installation import Installation
from services.keyring import Keyring, UnsealFailed
from services.people import TeamId
from storage.engine import Database
from storage.sealed import SEALED_COLUMNS, SqlSealedColumn
from storage.tables import slack_installations
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, START, Clock
from tests.services.seeded_team import seed_team

NEW = Keyring((b"n" * 32, *KEYRING.keys))
ONLY_NEW = Keyring(NEW.keys[:1])
SUN = Installation("T1", "T1", "Sun", "A1", "U0", "B0", ("commands",), "U1", START)
FILES = 5


def columns_of(database: Database) -> OpenColumn:
    """Opens sealed columns of the test's database."""

    @asynccontextmanager
    async def open_column(name: str) -> AsyncGenerator[SqlSealedColumn]:
        async with database.transaction(writes=True) as connection:
            yield SqlSealedColumn(connection, name)

    return open_column


async def fill(units: SqlUnits) -> list[tuple[TeamId, str]]:
    """Files of a member and the token of a workspace, sealed with the old key."""
    seeded = await seed_team(units, "Solarhaus")
    async with units.write() as uow:
        await installation.save_installation(uow, SUN, "xoxb-1")
        made = [
            await file.create_for_actor(uow, seeded.owner, f"leads-{number}.csv", b"Lead") for number in range(FILES)
        ]
    return [(seeded.owner.team_id, item.file_id) for item in made]


def test_every_sealed_column_has_its_purpose() -> None:
    """The command knows each sealed column that storage has."""
    assert PURPOSES.keys() == SEALED_COLUMNS.keys()


async def test_the_new_key_alone_opens_everything(database: Database, units: SqlUnits, clock: Clock) -> None:
    """Re-sealing reaches every row in batches of two, and a second run changes nothing."""
    files = await fill(units)
    with pytest.raises(UnsealFailed):
        await open_all(SqlUnits(database, clock, ONLY_NEW), files)
    rows = len(files) + 1
    assert await reseal_all(columns_of(database), NEW, batch_rows=2) == ResealCount(resealed=rows)
    assert await reseal_all(columns_of(database), NEW, batch_rows=2) == ResealCount(current=rows)
    assert await open_all(SqlUnits(database, clock, ONLY_NEW), files) == [*[b"Lead"] * len(files), b"xoxb-1"]


async def test_an_interrupted_run_is_repeated(database: Database, units: SqlUnits, clock: Clock) -> None:
    """What an interrupted run has re-sealed is skipped by the next one."""
    files = await fill(units)
    batches = 0

    @asynccontextmanager
    async def interrupt(name: str) -> AsyncGenerator[SealedColumn]:
        nonlocal batches
        batches += 1
        if batches > 1:
            raise ConnectionError
        async with columns_of(database)(name) as rows:
            yield rows

    with pytest.raises(ConnectionError):
        await reseal_all(interrupt, NEW, batch_rows=2)
    assert await reseal_all(columns_of(database), NEW) == ResealCount(resealed=len(files) - 1, current=2)
    assert await open_all(SqlUnits(database, clock, ONLY_NEW), files)


async def test_what_no_key_opens_is_counted_and_stays(database: Database, units: SqlUnits) -> None:
    """A content that was altered is reported, and the others are re-sealed."""
    files = await fill(units)
    async with database.transaction(writes=True) as connection:
        await connection.execute(update(slack_installations).values(token=b"altered"))
    assert await reseal_all(columns_of(database), NEW) == ResealCount(resealed=len(files), unreadable=1)


async def test_a_row_that_changed_meanwhile_is_left_alone(database: Database, units: SqlUnits) -> None:
    """A token that was stored between reading and writing is not overwritten."""
    await fill(units)
    async with database.transaction(writes=True) as connection:
        rows = SqlSealedColumn(connection, "installation.token")
        [(key, _)] = await rows.list_after((), 10)
        assert not await rows.update_if_unchanged(key, b"what it was", b"what it becomes")


async def open_all(units: SqlUnits, files: list[tuple[TeamId, str]]) -> list[bytes]:
    """What the files and the token hold."""
    async with units.read() as uow:
        opened = [await load_file(uow, team_id, file_id) for team_id, file_id in files]
        found_token = await installation.find_installation(uow, "T1", "T1")
    assert found_token is not None
    return [*(item.content for item in opened if item), found_token.token.encode()]
