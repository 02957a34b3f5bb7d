import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from services.audit.model import Head
from services.events import Event
from storage.engine import Database
from storage.unit_of_work import SqlUnits

ENTRIES = 12


class Pinged(Event, frozen=True, kw_only=True, tag="test.pinged"):
    number: int = 0
    email: str = ""


async def write(units: SqlUnits, count: int, team_id: str = "T") -> None:
    """Entries of one team, one transaction each."""
    for number in range(count):
        async with units.write() as uow:
            uow.emit(Pinged(team_id=team_id, subject=f"L-{number}", number=number, email="eva@acme.example"))


async def execute(database: Database, statement: str) -> None:
    """Be somebody who alters the database behind the product's back."""
    async with database.writer.begin() as connection:
        await connection.execute(text(statement))


async def broken_at(units: SqlUnits, anchor: Head | None = None) -> int | None:
    """Where the chain breaks."""
    async with units.read() as uow:
        return (await uow.audit.verify("T", anchor)).broken_at


async def test_each_event_is_one_entry_with_its_details(units: SqlUnits) -> None:
    """Who, what, when, for which team and through which platform; the details are ids and values."""
    async with units.write() as uow:
        uow.emit(Pinged(team_id="T", actor_id="U", subject="L-1", platform="web", number=7))
    async with units.read() as uow:
        [entry] = await uow.audit.page("T")
    assert (entry.seq, entry.action, entry.user_id, entry.platform, entry.subject) == (
        1,
        "test.pinged",
        "U",
        "web",
        "L-1",
    )
    assert entry.details == {"number": 7, "email": ""}
    assert entry.at == uow.now


async def test_entries_are_paged_newest_first_and_only_the_teams_own(units: SqlUnits) -> None:
    """A page begins where the last one ended and never holds another team's entries."""
    await write(units, 5)
    await write(units, 5, "other")
    async with units.read() as uow:
        first = await uow.audit.page("T", limit=3)
        second = await uow.audit.page("T", before_seq=first[-1].seq, limit=3)
    assert [one.seq for one in (*first, *second)] == [5, 4, 3, 2, 1]
    assert {one.team_id for one in (*first, *second)} == {"T"}


@pytest.mark.postgres
async def test_concurrent_writers_do_not_fork_the_chain(units: SqlUnits) -> None:
    """Twenty people at once make one chain without gaps, and nobody's change fails for it."""

    async def one(number: int) -> None:
        async with units.write() as uow:
            uow.emit(Pinged(team_id="T", number=number))

    await asyncio.gather(*[one(number) for number in range(100)])
    async with units.read() as uow:
        verdict = await uow.audit.verify("T")
    assert (verdict.is_whole, verdict.head.seq) == (True, 100)


async def test_what_is_rolled_back_leaves_no_entry(units: SqlUnits) -> None:
    """An action that is refused in the end is not in the log."""

    async def refuse() -> None:
        async with units.write() as uow:
            uow.emit(Pinged(team_id="T"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refuse()
    async with units.read() as uow:
        assert await uow.audit.head("T") == Head("T", 0, "")


@pytest.mark.parametrize("seq", range(1, ENTRIES + 1))
async def test_an_edited_entry_is_found(units: SqlUnits, database: Database, seq: int) -> None:
    """Whoever changes an entry breaks the chain there."""
    await write(units, ENTRIES)
    await execute(database, f"UPDATE audit SET action = 'lead.lost' WHERE seq = {seq}")  # noqa: S608 - a number
    assert await broken_at(units) == seq


async def test_edited_details_are_found(units: SqlUnits, database: Database) -> None:
    """The details are covered as well, as long as they are there."""
    await write(units, ENTRIES)
    await execute(database, "UPDATE audit_details SET details = '{}' WHERE seq = 5")
    assert await broken_at(units) == 5


async def test_a_deleted_entry_is_found(units: SqlUnits, database: Database) -> None:
    """Whoever takes an entry out leaves a gap."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details WHERE seq = 5")
    await execute(database, "DELETE FROM audit WHERE seq = 5")
    assert await broken_at(units) == 5


async def test_swapped_entries_are_found(units: SqlUnits, database: Database) -> None:
    """Whoever exchanges two entries breaks the chain at the first one."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details")
    for old, new in ((5, 100), (6, 5), (100, 6)):
        await execute(database, f"UPDATE audit SET seq = {new} WHERE seq = {old}")  # noqa: S608 - numbers
    assert await broken_at(units) == 5


async def test_a_cut_tail_is_found_with_an_anchor(units: SqlUnits, database: Database) -> None:
    """A chain without its end looks whole; whoever kept the end elsewhere sees what is missing."""
    await write(units, ENTRIES)
    async with units.read() as uow:
        [anchor] = await uow.audit.heads()
    await execute(database, "DELETE FROM audit_details WHERE seq > 9")
    await execute(database, "DELETE FROM audit WHERE seq > 9")
    assert await broken_at(units) is None
    assert await broken_at(units, anchor) == 10


async def test_a_chain_that_was_written_anew_is_found_with_an_anchor(units: SqlUnits) -> None:
    """A log that is whole in itself but not the one that was anchored is not accepted."""
    await write(units, ENTRIES)
    async with units.read() as uow:
        head = await uow.audit.head("T")
    assert await broken_at(units, head) is None
    assert await broken_at(units, replace(head, hash="0" * 64)) == ENTRIES


async def test_erasing_personal_data_leaves_the_chain_whole(units: SqlUnits, database: Database) -> None:
    """Details can be erased; the entries stay and still prove that nothing else was changed."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details WHERE seq = 5")
    assert await broken_at(units) is None
    async with units.read() as uow:
        [entry] = await uow.audit.page("T", before_seq=6, limit=1)
    assert (entry.seq, entry.details) == (5, {})
