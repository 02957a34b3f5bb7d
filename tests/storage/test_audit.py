import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from services.audit.model import LogHead
from services.events import Event
from storage.engine import Database
from storage.unit_of_work import SqlUnits

ENTRIES = 12


class Pinged(Event, frozen=True, kw_only=True, tag="test.pinged"):
    number: int = 0
    email: str = ""


async def write(units: SqlUnits, count: int, team_id: str = "T") -> None:
    """Write `count` audit entries of one team, each in its own transaction."""
    for number in range(count):
        async with units.write() as uow:
            uow.emit(Pinged(team_id=team_id, subject=f"L-{number}", number=number, email="eva@acme.example"))


async def execute(database: Database, statement: str) -> None:
    """Execute a statement outside the product, to tamper with the database."""
    async with database.writer.begin() as connection:
        await connection.execute(text(statement))


async def broken_at(units: SqlUnits, anchor: LogHead | None = None) -> int | None:
    """Return the sequence number at which the chain breaks."""
    async with units.read() as uow:
        return (await uow.audit.verify("T", anchor)).broken_at


async def test_each_event_is_one_entry_with_its_details(units: SqlUnits) -> None:
    """Each event is one entry with actor, action, time, team and platform; its details are ids and values."""
    async with units.write() as uow:
        uow.emit(Pinged(team_id="T", actor_id="U", subject="L-1", platform="web", number=7))
    async with units.read() as uow:
        [audit_entry] = await uow.audit.list_entries("T")
    assert (audit_entry.seq, audit_entry.action, audit_entry.user_id, audit_entry.platform, audit_entry.subject) == (
        1,
        "test.pinged",
        "U",
        "web",
        "L-1",
    )
    assert audit_entry.details == {"number": 7, "email": ""}
    assert audit_entry.at == uow.now


async def test_entries_are_paged_newest_first_and_only_the_teams_own(units: SqlUnits) -> None:
    """A page starts after the previous one and never contains another team's entries."""
    await write(units, 5)
    await write(units, 5, "other")
    async with units.read() as uow:
        first = await uow.audit.list_entries("T", limit=3)
        second = await uow.audit.list_entries("T", before_seq=first[-1].seq, limit=3)
    assert [item.seq for item in (*first, *second)] == [5, 4, 3, 2, 1]
    assert {item.team_id for item in (*first, *second)} == {"T"}


@pytest.mark.postgres
async def test_concurrent_writers_do_not_fork_the_chain(units: SqlUnits) -> None:
    """Twenty concurrent writers make one chain without gaps, and no write fails."""

    async def one(number: int) -> None:
        async with units.write() as uow:
            uow.emit(Pinged(team_id="T", number=number))

    await asyncio.gather(*[one(number) for number in range(100)])
    async with units.read() as uow:
        verdict = await uow.audit.verify("T")
    assert (verdict.is_intact, verdict.head.seq) == (True, 100)


async def test_a_rollback_leaves_no_entry(units: SqlUnits) -> None:
    """A refused action is not in the audit log."""

    async def refuse() -> None:
        async with units.write() as uow:
            uow.emit(Pinged(team_id="T"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refuse()
    async with units.read() as uow:
        assert await uow.audit.get_head("T") == LogHead("T", 0, "")


@pytest.mark.parametrize("seq", range(1, ENTRIES + 1))
async def test_an_edited_entry_is_found(units: SqlUnits, database: Database, seq: int) -> None:
    """An edited entry breaks the chain at its position."""
    await write(units, ENTRIES)
    await execute(database, f"UPDATE audit SET action = 'lead.lost' WHERE seq = {seq}")  # noqa: S608 - a number
    assert await broken_at(units) == seq


async def test_edited_details_break_the_chain(units: SqlUnits, database: Database) -> None:
    """Edited details break the chain, unless they were erased."""
    await write(units, ENTRIES)
    await execute(database, "UPDATE audit_details SET details = '{}' WHERE seq = 5")
    assert await broken_at(units) == 5


async def test_a_deleted_entry_is_found(units: SqlUnits, database: Database) -> None:
    """A deleted entry leaves a gap in the chain."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details WHERE seq = 5")
    await execute(database, "DELETE FROM audit WHERE seq = 5")
    assert await broken_at(units) == 5


async def test_swapped_entries_are_found(units: SqlUnits, database: Database) -> None:
    """Two swapped entries break the chain at the first of them."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details")
    for old, new in ((5, 100), (6, 5), (100, 6)):
        await execute(database, f"UPDATE audit SET seq = {new} WHERE seq = {old}")  # noqa: S608 - numbers
    assert await broken_at(units) == 5


async def test_a_cut_tail_is_found_with_an_anchor(units: SqlUnits, database: Database) -> None:
    """A chain cut at its end is valid in itself, and an anchor stored elsewhere detects the cut."""
    await write(units, ENTRIES)
    async with units.read() as uow:
        [anchor] = await uow.audit.list_heads()
    await execute(database, "DELETE FROM audit_details WHERE seq > 9")
    await execute(database, "DELETE FROM audit WHERE seq > 9")
    assert await broken_at(units) is None
    assert await broken_at(units, anchor) == 10


async def test_a_rewritten_chain_is_found_with_an_anchor(units: SqlUnits) -> None:
    """A valid chain that does not contain the anchored entry is rejected."""
    await write(units, ENTRIES)
    async with units.read() as uow:
        head = await uow.audit.get_head("T")
    assert await broken_at(units, head) is None
    assert await broken_at(units, replace(head, hash="0" * 64)) == ENTRIES


async def test_erasing_personal_data_leaves_the_chain_whole(units: SqlUnits, database: Database) -> None:
    """Details can be erased; the entries stay and still prove that no other entry was changed."""
    await write(units, ENTRIES)
    await execute(database, "DELETE FROM audit_details WHERE seq = 5")
    assert await broken_at(units) is None
    async with units.read() as uow:
        [audit_entry] = await uow.audit.list_entries("T", before_seq=6, limit=1)
    assert (audit_entry.seq, audit_entry.details) == (5, {})
