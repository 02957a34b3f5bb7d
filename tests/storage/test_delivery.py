import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, make_url

from services.delivery import Delivery, DeliveryKind, DeliveryState, DueWork, PostedCard
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
    kind=DeliveryKind.UPDATE,
    view="lead.card",
    key="lead-1",
    platform="web",
    tenant="demo",
    conversation_id="C1",
    post_id="P1",
)
POST = replace(UPDATE, kind=DeliveryKind.POST)


async def add(units: SqlUnits, *deliveries: Delivery) -> None:
    """Add deliveries."""
    async with units.write() as uow:
        await uow.deliveries.add([replace(delivery, delivery_id=uow.new_id()) for delivery in deliveries], uow.now)


async def claim(units: SqlUnits, limit: int = 10) -> list[Delivery]:
    """Claim due deliveries, as a relay does."""
    async with units.write() as uow:
        return await uow.deliveries.claim(limit, uow.now, uow.now + LEASE)


async def finish(units: SqlUnits, delivery: Delivery, state: DeliveryState = DeliveryState.SENT) -> bool:
    """Finish a delivery."""
    async with units.write() as uow:
        return await uow.deliveries.finish(delivery, state, "no answer", uow.now)


async def test_many_events_make_one_update_of_a_post(units: SqlUnits) -> None:
    """However many events come, a post has one pending update."""
    await add(units, *[replace(UPDATE, event_id=f"E{n}") for n in range(5)])
    assert len(await claim(units)) == 1


async def test_an_update_being_sent_does_not_absorb_the_next_one(units: SqlUnits) -> None:
    """An event after the rendering of an update gets an update of its own."""
    await add(units, UPDATE)
    [first] = await claim(units)
    await add(units, replace(UPDATE, event_id="E2"))
    assert await finish(units, first)
    [second] = await claim(units)
    assert second.event_id == "E2"


async def test_a_failed_update_yields_to_a_waiting_one(units: SqlUnits) -> None:
    """A failed update is not retried when a later one is pending."""
    await add(units, UPDATE)
    [first] = await claim(units)
    await add(units, replace(UPDATE, event_id="E2"))
    async with units.write() as uow:
        await uow.deliveries.release(first, uow.now, "unavailable")
    [second] = await claim(units)
    assert second.event_id == "E2"
    async with units.read() as uow:
        stored = await uow.deliveries.get("T", first.delivery_id)
    assert stored is not None
    assert (stored.state, stored.reason) == (DeliveryState.SUPPRESSED, "superseded")


async def test_a_conversation_is_written_to_in_order(units: SqlUnits) -> None:
    """One conversation has one delivery in flight and keeps their order; other conversations go on."""
    await add(units, POST, replace(POST, key="lead-2"), replace(POST, conversation_id="C2"))
    first, elsewhere = await claim(units)
    assert (first.key, elsewhere.conversation_id) == ("lead-1", "C2")
    assert await claim(units) == []
    await finish(units, first)
    [second] = await claim(units)
    assert second.key == "lead-2"


async def test_a_delayed_delivery_keeps_its_turn(units: SqlUnits, clock: Clock) -> None:
    """A delivery that must wait keeps its position in the conversation."""
    await add(units, POST, replace(POST, key="lead-2"))
    [first] = await claim(units)
    async with units.write() as uow:
        await uow.deliveries.release(first, uow.now + timedelta(seconds=30), "rate limited")
    assert await claim(units) == []
    clock.advance(seconds=31)
    [again] = await claim(units)
    assert (again.delivery_id, again.attempts) == (first.delivery_id, 2)


async def test_each_delivery_has_one_sender(units: SqlUnits) -> None:
    """Twenty concurrent relays claim each delivery once."""
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(40)])
    batches = await asyncio.gather(*[claim(units, 3) for _ in range(20)])
    taken = [item.conversation_id for batch in batches for item in batch]
    assert len(taken) == len(set(taken)) == 40


@pytest.fixture
def nested_loop_url(postgres: Server, postgres_url: str) -> str:
    """Return a database whose planner always chooses nested loops, as it does when it expects few rows."""
    for setting in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
        postgres.execute(f"ALTER DATABASE {make_url(postgres_url).database} SET enable_{setting} = off")
    return postgres_url


async def test_a_claim_keeps_its_limit_under_any_plan(nested_loop_url: str, clock: Clock) -> None:
    """A claim returns at most its limit under any plan of PostgreSQL, and two claims share no delivery."""
    database = open_database(nested_loop_url)
    units = units_on(database, clock)
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(60)])
    batches = [await claim(units, 3), *await asyncio.gather(*[claim(units, 3) for _ in range(4)])]
    await database.close()
    taken = [item.conversation_id for batch in batches for item in batch]
    assert [len(batch) for batch in batches] == [3] * 5
    assert len(set(taken)) == 15


async def test_an_event_is_posted_once_in_a_conversation(units: SqlUnits) -> None:
    """A notice that is routed twice becomes one delivery."""
    await add(units, POST, POST)
    [only] = await claim(units)
    await finish(units, only)
    assert await claim(units) == []


async def test_a_dead_sender_is_detected_by_its_lease(units: SqlUnits, clock: Clock) -> None:
    """A claimed delivery counts as stuck after its lease, not before."""
    await add(units, POST)
    [taken] = await claim(units)
    async with units.write() as uow:
        assert await uow.deliveries.list_expired_leases(10, uow.now) == []
    clock.advance(seconds=51)
    async with units.write() as uow:
        assert [
            expired_lease.delivery_id for expired_lease in await uow.deliveries.list_expired_leases(10, uow.now)
        ] == [taken.delivery_id]


async def test_a_delivery_ends_once(units: SqlUnits) -> None:
    """A late outcome for a finished delivery changes nothing."""
    await add(units, POST)
    [taken] = await claim(units)
    assert await finish(units, taken, DeliveryState.UNKNOWN)
    assert not await finish(units, taken, DeliveryState.SENT)


async def test_a_late_sender_does_not_finish_anothers_delivery(units: SqlUnits, clock: Clock) -> None:
    """A sender whose lease has expired changes nothing, and the sender that holds the delivery finishes it."""
    await add(units, UPDATE)
    [first_claim] = await claim(units)
    second_claim = await claim_after_lease(units, clock, first_claim)
    assert not await finish(units, first_claim)
    async with units.write() as uow:
        await uow.deliveries.release(first_claim, uow.now, "unavailable")
    assert await claim(units) == []
    assert await finish(units, second_claim)


async def test_a_late_sender_does_not_finish_a_resent_delivery(units: SqlUnits, clock: Clock) -> None:
    """A sender whose lease has expired changes nothing after a resend, which restarts the attempts."""
    await add(units, POST)
    [first_claim] = await claim(units)
    clock.advance(seconds=51)
    assert await finish(units, first_claim, DeliveryState.UNKNOWN)
    async with units.write() as uow:
        assert await uow.deliveries.resend("T", first_claim.delivery_id, uow.now)
    [second_claim] = await claim(units)
    assert second_claim.attempts == first_claim.attempts
    assert not await finish(units, first_claim)
    assert await finish(units, second_claim)


async def claim_after_lease(units: SqlUnits, clock: Clock, delivery: Delivery) -> Delivery:
    """Return the delivery as claimed by another sender after its lease expired."""
    clock.advance(seconds=51)
    async with units.write() as uow:
        [stuck] = await uow.deliveries.list_expired_leases(10, uow.now)
        assert stuck == delivery
        await uow.deliveries.release(stuck, uow.now, "the sender died")
    [again] = await claim(units)
    return again


async def test_unknown_deliveries_are_resent_once_by_their_team(units: SqlUnits) -> None:
    """A delivery with an unknown outcome can be resent once, by its own team."""
    await add(units, POST)
    [taken] = await claim(units)
    async with units.write() as uow:
        assert not await uow.deliveries.resend("T", taken.delivery_id, uow.now)
    await finish(units, taken, DeliveryState.UNKNOWN)
    async with units.write() as uow:
        assert not await uow.deliveries.resend("other", taken.delivery_id, uow.now)
        assert await uow.deliveries.get("other", taken.delivery_id) is None
        assert await uow.deliveries.resend("T", taken.delivery_id, uow.now)
        assert not await uow.deliveries.resend("T", taken.delivery_id, uow.now)


async def test_copies_are_live_and_pending_posts(units: SqlUnits) -> None:
    """A card that is being posted counts as a copy; a deleted one does not."""
    await add(units, replace(POST, post_id="P9", conversation_id="C9"))
    await claim(units)
    for number in (1, 2):
        await add_post(units, f"P{number}")
    async with units.write() as uow:
        await uow.deliveries.update_gone("T", "P2", uow.now)
        assert {item.post_id for item in await uow.deliveries.list_posts_of("lead-1")} == {"P1", "P9"}
        assert await uow.deliveries.get_post("T", "P2") is None
        assert await uow.deliveries.get_post("other", "P1") is None


async def test_the_backlog_is_counted_and_aged(units: SqlUnits, clock: Clock) -> None:
    """The backlog contains the number of pending deliveries and the age of the oldest."""
    await add(units, POST, replace(POST, conversation_id="C2"))
    clock.advance(seconds=90)
    async with units.read() as uow:
        assert (await uow.deliveries.find_due(uow.now)) == DueWork(events=False, deliveries=True, stuck=False)
        backlog = await uow.deliveries.count_backlog(uow.now)
    assert (backlog.pending, backlog.age_s) == (2, 90.0)


async def test_blocked_deliveries_are_not_due(units: SqlUnits, clock: Clock) -> None:
    """While a conversation is blocked, no delivery to it is due."""
    await add(units, POST, replace(POST, event_id="E2"))
    [first] = await claim(units)
    seen = [await is_due(units)]
    async with units.write() as uow:
        await uow.deliveries.release(first, clock() + timedelta(seconds=30), "rate limited")
    seen.append(await is_due(units))
    clock.advance(seconds=30)
    assert [*seen, await is_due(units)] == [False, False, True]


async def is_due(units: SqlUnits) -> bool:
    """Return whether a relay would find a due delivery."""
    async with units.read() as uow:
        return (await uow.deliveries.find_due(uow.now)).deliveries


async def test_due_deliveries_are_found_by_index(sqlite_url: str) -> None:
    """SQLite finds due deliveries by the indexes made for them, however many rows exist."""
    database = open_database(sqlite_url)
    asked: list[tuple[str, Any]] = []

    def keep(connection: Connection, cursor: object, statement: str, values: Any, *_: object) -> None:  # noqa: ANN401
        del connection, cursor
        asked.append((statement, values))

    event.listen(database.writer.sync_engine, "before_cursor_execute", keep)
    units = units_on(database, Clock())
    async with units.write() as uow:
        await uow.deliveries.find_due(uow.now)
        await uow.deliveries.claim(1, uow.now, uow.now)
        await uow.deliveries.list_expired_leases(1, uow.now)
        await uow.deliveries.count_backlog(uow.now)
    async with database.reader.connect() as connection:
        found = [
            (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()
            for statement, values in asked
            if "deliveries" in statement
        ]
    await database.close()
    steps = [row.detail for plan in found for row in plan if re.search("(SCAN|SEARCH) (deliveries|other)", row.detail)]
    assert len(found) == 5
    assert {item for step in steps for item in re.findall("INDEX ([a-z_]+)|$", step)[:1]} == {
        "ix_deliveries_place",
        "ix_deliveries_due",
        "ix_deliveries_leased",
        "ix_deliveries_ended",
        "sqlite_autoindex_deliveries_",
    }


async def test_finished_deliveries_are_purged_in_batches(units: SqlUnits, clock: Clock) -> None:
    """Deliveries that ended long ago are deleted in batches, and pending ones stay."""
    await add(units, *[replace(POST, conversation_id=f"C{n}") for n in range(3)])
    for item in await claim(units, 2):
        await finish(units, item)
    clock.advance(days=100)
    before = clock() - timedelta(days=90)
    async with units.write() as uow:
        assert [await uow.deliveries.purge(before, 1) for _ in range(3)] == [1, 1, 0]
    assert len(await claim(units)) == 1


async def add_post(units: SqlUnits, post_id: str) -> None:
    """Add a posted card."""
    async with units.write() as uow:
        posted = PostedCard(
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
