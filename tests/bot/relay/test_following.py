"""From what has happened to cards that follow it."""

import asyncio

import pytest

from bot.outbox.relay import Relay
from services import lead
from storage.unit_of_work import SqlUnits
from tests.fakes.remote import Remote
from tests.services.seeded_team import SeededTeam, connect_channel, create_lead, pick_lead


@pytest.mark.postgres
async def test_a_channel_hears_once_and_follows(firm: SeededTeam, relay: Relay, remote: Remote) -> None:
    """A new lead is posted in the team's channel; when it is picked, that card changes and no other appears."""
    brought = await create_lead(firm)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    await pick_lead(firm, brought.lead_id)
    await relay.drain()
    assert len(remote.posts) == 1
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_many_events_are_one_update(firm: SeededTeam, units: SqlUnits, relay: Relay, remote: Remote) -> None:
    """However much happens before the card can be changed, it is changed once, to what is true then."""
    brought = await create_lead(firm)
    await relay.drain()
    await pick_lead(firm, brought.lead_id)
    for number in range(5):
        async with units.write() as uow:
            await lead.note(uow, firm.member, brought.lead_id, f"note {number}")
    await relay.drain()
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_what_looks_the_same_is_not_sent_again(
    firm: SeededTeam, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """An event that changes nothing on the card costs the platform nothing."""
    brought = await create_lead(firm)
    await pick_lead(firm, brought.lead_id)
    await relay.drain()
    async with units.write() as uow:
        await lead.note(uow, firm.member, brought.lead_id, "called")
    await relay.drain()
    assert (len(remote.posts), remote.updates) == (1, [])


async def test_events_during_a_send_change_the_card_afterwards(firm: SeededTeam, relay: Relay, remote: Remote) -> None:
    """What happens while a card is on its way reaches the card once it has arrived."""
    remote.delay_s = 0.2
    brought = await create_lead(firm)
    await relay.work()
    await asyncio.sleep(0.1)
    await pick_lead(firm, brought.lead_id)
    await relay.drain()
    assert remote.posts == [("channel:Vertrieb Solarhaus", "open in Vertrieb Solarhaus")]
    assert remote.updates == [("m1", "picked in Vertrieb Solarhaus")]


async def test_places_are_written_to_side_by_side(
    firm: SeededTeam, units: SqlUnits, relay: Relay, remote: Remote
) -> None:
    """Several channels are served at once, and in each of them one message after the other."""
    for number in range(3):
        await connect_channel(units, firm.owner, f"Kanal {number}")
    remote.delay_s = 0.1
    for _ in range(3):
        await create_lead(firm)
    await relay.drain()
    assert len(remote.posts) == 12
    assert remote.most_at_once == 4
