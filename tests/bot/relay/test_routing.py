"""Routing of events with several relays."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.outbox.relay import Relay
from bot.outbox.sender import DeliverySender
from services.delivery import Delivery, DeliveryKind
from services.lead.events import LeadEvent
from storage.engine import Database
from storage.unit_of_work import SqlUnit, SqlUnits
from tests.builders import Clock, units_on
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, create_lead, pick_lead

pytestmark = pytest.mark.postgres


async def test_commit_wakes_the_relay(
    team: SeededTeam, database: Database, clock: Clock, sender: DeliverySender, remote: FakeChatPlatform
) -> None:
    """A commit in the same process is delivered at once, and a stopped relay ends."""
    woken = asyncio.Event()
    team.units = units_on(database, clock, woken.set)
    relay = Relay(team.units, sender, woken=woken)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run())
        await asyncio.sleep(0.2)
        await create_lead(team)
        async with asyncio.timeout(0.7):
            await remote.arrived.wait()
        relay.stop()


async def test_unroutable_event_does_not_block_others(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform, clock: Clock
) -> None:
    """An event of an unknown kind is given up after a few attempts; later events are routed."""

    class Forgotten(LeadEvent, frozen=True, kw_only=True, tag="lead.forgotten"):
        pass

    async with units.write() as uow:
        uow.emit(Forgotten(team_id=team.team_id, lead_id="x"))
    await _set_unknown_event_kind(units)
    await create_lead(team)
    await relay.drain()
    assert len(remote.posts) == 1
    for _ in range(10):
        clock.advance(minutes=5)
        await relay.drain()
    async with units.read() as uow:
        assert (await uow.deliveries.count_backlog(uow.now)).unrouted == 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_deadlock_between_relays_is_resolved(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """Two relays that update the same cards in opposite order both continue; nothing is lost or duplicated."""
    leads = [(await create_lead(team)).lead_id for _ in range(2)]
    await relay.drain()
    first, second = [await _plan_card_update(units, lead_id) for lead_id in leads]
    for lead_id in leads:
        await pick_lead(team, lead_id)
    async with asyncio.TaskGroup() as tasks, units.write() as other:
        await _disable_deadlock_detection(other)
        await other.deliveries.add([replace(second, delivery_id=other.new_id())], other.now)
        working = tasks.create_task(relay.work())
        await _wait_for_blocked_transaction(units)
        await other.deliveries.add([replace(first, delivery_id=other.new_id())], other.now)
    assert working.result()
    await relay.drain()
    assert sorted(remote.updates) == [(name, "picked in Vertrieb Solarhaus") for name in ("m1", "m2")]


async def _plan_card_update(units: SqlUnits, lead_id: str) -> Delivery:
    """Return the card update that another relay would plan."""
    async with units.read() as uow:
        [post] = await uow.deliveries.list_posts_of(lead_id)
    return Delivery(
        team_id=post.team_id,
        delivery_id="",
        event_id="other",
        kind=DeliveryKind.UPDATE,
        view=post.view,
        key=post.key,
        platform=post.platform,
        tenant=post.tenant,
        conversation_id=post.conversation_id,
        post_id=post.post_id,
    )


async def _disable_deadlock_detection(unit: SqlUnit) -> None:
    """Raise `deadlock_timeout` so that the other transaction is the one that aborts."""
    connection = unit._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no public API
    await connection.execute(text("SET LOCAL deadlock_timeout = '30s'"))


async def _wait_for_blocked_transaction(units: SqlUnits) -> None:
    """Poll until a transaction waits for a lock."""
    async with asyncio.timeout(5), units.read() as uow:
        connection = uow._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no public API
        while not await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            await connection.execute(text("SELECT pg_sleep(0.01)"))


async def _set_unknown_event_kind(units: SqlUnits) -> None:
    """Give the pending event a kind that this version does not know."""
    async with units.write() as uow:
        assert await uow.deliveries.list_due_events(1, uow.now)
        connection = uow._connection  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no public API
        await connection.exec_driver_sql('UPDATE events SET body = \'{"type": "gone"}\' WHERE routed_at IS NULL')
