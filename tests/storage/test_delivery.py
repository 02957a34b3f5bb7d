import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, make_url

from services.delivery import Delivery, Kind, Posted, State, Waiting
from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.builders import Clock, units_on
from tests.postgres import Server

pytestmark = pytest.mark.postgres

LEASE = timedelta(seconds=50)
UPDATE = Delivery(
    team_id="T",
    delivery_id="",
    event_id="E",
    kind=Kind.UPDATE,
    view="lead.card",
    key="lead-1",
    platform="web",
    tenant="demo",
    conversation_id="C1",
    post_id="P1",
)
POST = replace(UPDATE, kind=Kind.POST)


async def add(units: SqlUnits, *deliveries: Delivery) -> None:
    """Plan deliveries."""
    async with units.write() as uow:
        await uow.deliveries.add([replace(one, delivery_id=uow.new_id()) for one in deliveries], uow.now)


async def claim(units: SqlUnits, limit: int = 10) -> list[Delivery]:
    """Take what is due, as a relay does."""
    async with units.write() as uow:
        return await uow.deliveries.claim(limit, uow.now, uow.now + LEASE)


async def finish(units: SqlUnits, delivery: Delivery, state: State = State.SENT) -> bool:
    """End a delivery."""
    async with units.write() as uow:
        return await uow.deliveries.finish(delivery, state, "no answer", uow.now)


async def test_many_events_make_one_update_of_a_post(units: SqlUnits) -> None:
    """However many events come, a post waits for one update only."""
    await add(units, *[replace(UPDATE, event_id=f"E{n}") for n in range(5)])
    assert len(await claim(units)) == 1


async def test_an_update_that_is_being_sent_does_not_swallow_the_next_one(units: SqlUnits) -> None:
    """What happens after an update was drawn gets an update of its own."""
    await add(units, UPDATE)
    [first] = await claim(units)
    await add(units, replace(UPDATE, event_id="E2"))
    assert await finish(units, first)
    [second] = await claim(units)
    assert second.event_id == "E2"


async def test_an_update_put_back_ends_where_another_one_waits(units: SqlUnits) -> None:
    """A failed update is not tried again when a later one will show the same thing."""
    await add(units, UPDATE)
    [first] = await claim(units)
    await add(units, replace(UPDATE, event_id="E2"))
    async with units.write() as uow:
        await uow.deliveries.put_back(first, uow.now, "unavailable")
    [second] = await claim(units)
    assert second.event_id == "E2"
    async with units.read() as uow:
        kept = await uow.deliveries.get("T", first.delivery_id)
    assert kept is not None
    assert (kept.state, kept.reason) == (State.SUPPRESSED, "superseded")


async def test_a_place_is_written_to_in_order(units: SqlUnits) -> None:
    """In one place nothing is sent while something else is, and nothing overtakes; other places go on."""
    await add(units, POST, replace(POST, key="lead-2"), replace(POST, conversation_id="C2"))
    first, elsewhere = await claim(units)
    assert (first.key, elsewhere.conversation_id) == ("lead-1", "C2")
    assert await claim(units) == []
    await finish(units, first)
    [second] = await claim(units)
    assert second.key == "lead-2"


async def test_nothing_overtakes_what_has_to_wait(units: SqlUnits, clock: Clock) -> None:
    """What a platform wants later keeps its turn."""
    await add(units, POST, replace(POST, key="lead-2"))
    [first] = await claim(units)
    async with units.write() as uow:
        await uow.deliveries.put_back(first, uow.now + timedelta(seconds=30), "rate limited")
    assert await claim(units) == []
    clock.advance(seconds=31)
    [again] = await claim(units)
    assert (again.delivery_id, again.attempts) == (first.delivery_id, 2)


async def test_each_delivery_has_one_sender(units: SqlUnits) -> None:
    """Twenty relays that look at once share the work and take nothing twice."""
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(40)])
    batches = await asyncio.gather(*[claim(units, 3) for _ in range(20)])
    taken = [one.conversation_id for batch in batches for one in batch]
    assert len(taken) == len(set(taken)) == 40


@pytest.fixture
def clumsy_url(postgres: Server, postgres_url: str) -> str:
    """A database whose planner is left with what it takes when it expects next to nothing: look again for each row."""
    for setting in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
        postgres.execute(f"ALTER DATABASE {make_url(postgres_url).database} SET enable_{setting} = off")
    return postgres_url


async def test_no_more_is_taken_than_wanted_however_the_database_plans(clumsy_url: str, clock: Clock) -> None:
    """However PostgreSQL goes about it, a relay takes what it has hands for, and two take nothing twice."""
    database = open_database(clumsy_url)
    units = units_on(database, clock)
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(60)])
    batches = [await claim(units, 3), *await asyncio.gather(*[claim(units, 3) for _ in range(4)])]
    await database.close()
    taken = [one.conversation_id for batch in batches for one in batch]
    assert [len(batch) for batch in batches] == [3] * 5
    assert len(set(taken)) == 15


async def test_an_event_says_a_thing_once_in_a_place(units: SqlUnits) -> None:
    """A notice that is worked out twice becomes one message."""
    await add(units, POST, POST)
    [only] = await claim(units)
    await finish(units, only)
    assert await claim(units) == []


async def test_a_dead_sender_is_noticed_by_its_lease(units: SqlUnits, clock: Clock) -> None:
    """What somebody was sending counts as stuck once the lease is over, not before."""
    await add(units, POST)
    [taken] = await claim(units)
    async with units.write() as uow:
        assert await uow.deliveries.stuck(10, uow.now) == []
    clock.advance(seconds=51)
    async with units.write() as uow:
        assert [one.delivery_id for one in await uow.deliveries.stuck(10, uow.now)] == [taken.delivery_id]


async def test_a_delivery_ends_once(units: SqlUnits) -> None:
    """Whoever comes late with an outcome changes nothing."""
    await add(units, POST)
    [taken] = await claim(units)
    assert await finish(units, taken, State.UNKNOWN)
    assert not await finish(units, taken, State.SENT)


async def test_a_sender_that_wakes_late_does_not_end_what_another_one_has(units: SqlUnits, clock: Clock) -> None:
    """Whoever wakes after the lease changes nothing for the one who has it by then, who ends it in peace."""
    await add(units, UPDATE)
    [early] = await claim(units)
    late = await taken_over(units, clock, early)
    assert not await finish(units, early)
    async with units.write() as uow:
        await uow.deliveries.put_back(early, uow.now, "unavailable")
    assert await claim(units) == []
    assert await finish(units, late)


async def test_a_sender_that_wakes_late_does_not_end_what_is_sent_again(units: SqlUnits, clock: Clock) -> None:
    """Nor after somebody has sent an unknown message again, with which the attempts begin anew."""
    await add(units, POST)
    [early] = await claim(units)
    clock.advance(seconds=51)
    assert await finish(units, early, State.UNKNOWN)
    async with units.write() as uow:
        assert await uow.deliveries.resend("T", early.delivery_id, uow.now)
    [late] = await claim(units)
    assert late.attempts == early.attempts
    assert not await finish(units, early)
    assert await finish(units, late)


async def taken_over(units: SqlUnits, clock: Clock, delivery: Delivery) -> Delivery:
    """The delivery in the hands of another sender, after its lease was over and somebody put it back."""
    clock.advance(seconds=51)
    async with units.write() as uow:
        [stuck] = await uow.deliveries.stuck(10, uow.now)
        assert stuck == delivery
        await uow.deliveries.put_back(stuck, uow.now, "the sender died")
    [again] = await claim(units)
    return again


async def test_only_the_unknown_is_sent_again_and_by_its_team_only(units: SqlUnits) -> None:
    """Sending again is possible once, for an unknown message of the own team."""
    await add(units, POST)
    [taken] = await claim(units)
    async with units.write() as uow:
        assert not await uow.deliveries.resend("T", taken.delivery_id, uow.now)
    await finish(units, taken, State.UNKNOWN)
    async with units.write() as uow:
        assert not await uow.deliveries.resend("other", taken.delivery_id, uow.now)
        assert await uow.deliveries.get("other", taken.delivery_id) is None
        assert await uow.deliveries.resend("T", taken.delivery_id, uow.now)
        assert not await uow.deliveries.resend("T", taken.delivery_id, uow.now)


async def test_copies_are_live_posts_and_those_just_arriving(units: SqlUnits) -> None:
    """A card that is being posted at this moment is a copy as well; one that is gone is none."""
    await add(units, replace(POST, post_id="P9", conversation_id="C9"))
    await claim(units)
    for number in (1, 2):
        await add_post(units, f"P{number}")
    async with units.write() as uow:
        await uow.deliveries.mark_gone("T", "P2", uow.now)
        assert {one.post_id for one in await uow.deliveries.copies("lead-1")} == {"P1", "P9"}
        assert await uow.deliveries.post("T", "P2") is None
        assert await uow.deliveries.post("other", "P1") is None


async def test_the_backlog_is_counted_and_aged(units: SqlUnits, clock: Clock) -> None:
    """Operators see how much is waiting, and how long the oldest has."""
    await add(units, POST, replace(POST, conversation_id="C2"))
    clock.advance(seconds=90)
    async with units.read() as uow:
        assert (await uow.deliveries.waiting(uow.now)) == Waiting(events=False, deliveries=True, stuck=False)
        backlog = await uow.deliveries.backlog(uow.now)
    assert (backlog.pending, backlog.age_s) == (2, 90.0)


async def test_what_stands_behind_is_no_reason_to_look(units: SqlUnits, clock: Clock) -> None:
    """Where a place has to be left alone for a while, nothing is due there, whatever else waits for it."""
    await add(units, POST, replace(POST, event_id="E2"))
    [first] = await claim(units)
    seen = [await is_due(units)]
    async with units.write() as uow:
        await uow.deliveries.put_back(first, clock() + timedelta(seconds=30), "rate limited")
    seen.append(await is_due(units))
    clock.advance(seconds=30)
    assert [*seen, await is_due(units)] == [False, False, True]


async def is_due(units: SqlUnits) -> bool:
    """Whether a relay would find something to send."""
    async with units.read() as uow:
        return (await uow.deliveries.waiting(uow.now)).deliveries


async def test_what_is_sent_next_is_found_in_the_indexes(sqlite_url: str) -> None:
    """However many messages wait or have left, SQLite looks for the next ones in the indexes made for that."""
    database = open_database(sqlite_url)
    asked: list[tuple[str, Any]] = []

    def keep(connection: Connection, cursor: object, statement: str, values: Any, *_: object) -> None:  # noqa: ANN401
        del connection, cursor
        asked.append((statement, values))

    event.listen(database.writer.sync_engine, "before_cursor_execute", keep)
    units = units_on(database, Clock())
    async with units.write() as uow:
        await uow.deliveries.waiting(uow.now)
        await uow.deliveries.claim(1, uow.now, uow.now)
        await uow.deliveries.stuck(1, uow.now)
        await uow.deliveries.backlog(uow.now)
    async with database.reader.connect() as connection:
        found = [
            (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
            for statement, values in asked
            if "deliveries" in statement
        ]
    await database.close()
    steps = [row.detail for plan in found for row in plan if re.search("(SCAN|SEARCH) (deliveries|other)", row.detail)]
    assert len(found) == 5
    assert {one for step in steps for one in re.findall("INDEX ([a-z_]+)|$", step)[:1]} == {
        "ix_deliveries_place",
        "ix_deliveries_due",
        "ix_deliveries_leased",
        "ix_deliveries_ended",
        "sqlite_autoindex_deliveries_",
    }


async def test_the_old_is_forgotten_bit_by_bit(units: SqlUnits, clock: Clock) -> None:
    """What ended long ago goes, a limited number at a time; what still waits stays."""
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(3)])
    for one in await claim(units, 2):
        await finish(units, one)
    clock.advance(days=100)
    before = clock() - timedelta(days=90)
    async with units.write() as uow:
        assert [await uow.deliveries.forget(before, 1) for _ in range(3)] == [1, 1, 0]
    assert len(await claim(units)) == 1


async def add_post(units: SqlUnits, post_id: str) -> None:
    """Note a card that exists."""
    async with units.write() as uow:
        posted = Posted(
            team_id="T",
            post_id=post_id,
            view="lead.card",
            key="lead-1",
            platform="web",
            tenant="demo",
            conversation_id="C1",
            message_id=post_id,
        )
        await uow.deliveries.add_post(posted, uow.now)
