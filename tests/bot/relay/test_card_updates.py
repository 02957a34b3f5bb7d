"""Updates of posted cards after events."""

import asyncio

import pytest

from bot.outbox.relay import Relay
from services import lead
from storage.unit_of_work import SqlUnits
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, connect_channel, create_lead, pick_lead


@pytest.mark.postgres
async def test_a_lead_is_posted_once_and_updated(team: SeededTeam, relay: Relay, remote: FakeChatPlatform) -> None:
    """A new lead is posted in the team's channel; picking it updates that card."""
    brought = await create_lead(team)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    await pick_lead(team, brought.lead_id)
    await relay.drain()
    assert len(remote.posts) == 1
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_many_events_are_one_update(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """Several events before an update cause one update with the current state."""
    brought = await create_lead(team)
    await relay.drain()
    await pick_lead(team, brought.lead_id)
    for number in range(5):
        async with units.write() as uow:
            await lead.note(uow, team.member, brought.lead_id, f"note {number}")
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_unchanged_card_is_not_sent_again(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An event that does not change the card causes no call."""
    brought = await create_lead(team)
    await pick_lead(team, brought.lead_id)
    await relay.drain()
    async with units.write() as uow:
        await lead.note(uow, team.member, brought.lead_id, "called")
    await relay.drain()
    assert (len(remote.posts), remote.updates) == (1, [])


async def test_events_during_a_send_change_the_card_afterwards(
    team: SeededTeam, relay: Relay, remote: FakeChatPlatform
) -> None:
    """An event during a send updates the card after it has arrived."""
    remote.delay_s = 0.2
    brought = await create_lead(team)
    await relay.work()
    await asyncio.sleep(0.1)
    await pick_lead(team, brought.lead_id)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_conversations_are_served_concurrently(
    team: SeededTeam, units: SqlUnits, relay: Relay, remote: FakeChatPlatform
) -> None:
    """Channels are served concurrently, and messages of one channel in order."""
    for number in range(3):
        await connect_channel(units, team.owner, f"Kanal {number}")
    remote.delay_s = 0.1
    for _ in range(3):
        await create_lead(team)
    await relay.drain()
    assert len(remote.posts) == 12
    assert remote.most_at_once == 4
