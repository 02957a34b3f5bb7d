"""Scheduled jobs of leads."""

import pytest

from services import lead, marketplace
from services.lead import scheduled, subscribers
from services.lead.events import LeadFailed, LeadReminded
from services.lead.model import LeadAction, LeadState
from services.notices import DirectChat, TeamChannels
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import (
    create_lead,
    create_offered_lead,
    open_marketplace,
    pick_lead,
    seed_team,
    show_lead,
)

pytestmark = pytest.mark.postgres


async def test_an_offer_without_a_taker_fails(units: SqlUnits, clock: Clock) -> None:
    """An offer that expires fails once; operator and giver are notified, and takers no longer see it (B21)."""
    operator, giver, taker = (
        await seed_team(units, "Markt"),
        await seed_team(units, "Geber"),
        await seed_team(units, "Nehmer"),
    )
    await open_marketplace(operator, giver, taker)
    new_lead = await create_lead(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, new_lead.lead_id)
        await marketplace.offer(uow, operator.owner, new_lead.lead_id)
    clock.advance(minutes=119, seconds=59)
    async with units.write() as uow:
        assert await scheduled.expire(uow, 10) == 0
    clock.advance(seconds=1)
    async with units.write() as uow:
        assert await scheduled.expire(uow, 10) == 1
        assert await scheduled.expire(uow, 10) == 0
    for seeded in (operator, giver):
        view = await show_lead(seeded, new_lead.lead_id)
        assert (view.state, LeadAction.OFFER in view.actions) == (LeadState.FAILED, True)
    async with units.read() as uow:
        assert (await lead.list_(uow, taker.member)).leads == ()
        event = LeadFailed(team_id=operator.team_id, lead_id=new_lead.lead_id, giver_team_id=giver.team_id)
        notices = await subscribers.notify_failed(uow, event)
    assert [notice.team_id for notice in notices if isinstance(notice.audience, TeamChannels)] == [
        operator.team_id,
        giver.team_id,
    ]


async def test_the_operator_offers_a_failed_lead_again(units: SqlUnits, clock: Clock) -> None:
    """A failed lead can be offered again."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    clock.advance(hours=3)
    async with units.write() as uow:
        await scheduled.expire(uow, 10)
        await marketplace.offer(uow, operator.owner, one.lead_id)
    assert (await pick_lead(taker, one.lead_id)).state is LeadState.PICKED


async def test_expired_offers_are_processed_in_batches(units: SqlUnits, clock: Clock) -> None:
    """The scheduled job closes a limited number of offers in one transaction."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    for _ in range(3):
        await create_offered_lead(operator)
    clock.advance(hours=3)
    async with units.write() as uow:
        assert [await scheduled.expire(uow, 2) for _ in range(3)] == [2, 1, 0]


async def test_a_stalled_lead_is_offered_again(units: SqlUnits, clock: Clock) -> None:
    """After three days without activity one reminder is sent, after seven the lead goes to the other takers (B21)."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    one = await create_offered_lead(operator)
    await pick_lead(first, one.lead_id)
    clock.advance(days=3)
    async with units.write() as uow:
        assert [await scheduled.remind(uow, 10), await scheduled.remind(uow, 10)] == [1, 0]
        assert await scheduled.offer_again(uow, 10) == 0
    async with units.read() as uow:
        notices = await subscribers.notify_reminded(uow, LeadReminded(team_id=first.team_id, lead_id=one.lead_id))
    assert [notice.audience for notice in notices] == [DirectChat(first.member.user_id)]
    assert (await show_lead(first, one.lead_id)).is_stalling
    clock.advance(days=4)
    async with units.write() as uow:
        assert [await scheduled.offer_again(uow, 10), await scheduled.offer_again(uow, 10)] == [1, 0]
    assert (await pick_lead(second, one.lead_id)).state is LeadState.PICKED


async def test_a_note_restarts_the_stall_window(units: SqlUnits, clock: Clock) -> None:
    """A note restarts the window in which a lead counts as stalled."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    clock.advance(days=6)
    async with units.write() as uow:
        await scheduled.remind(uow, 10)
        noted = await lead.note(uow, taker.member, one.lead_id, "Angebot in Arbeit")
    assert not noted.is_stalling
    clock.advance(days=1)
    async with units.write() as uow:
        assert await scheduled.offer_again(uow, 10) == 0
        assert await scheduled.remind(uow, 10) == 0


async def test_leads_without_a_marketplace_have_no_windows(units: SqlUnits, clock: Clock) -> None:
    """A lead on no marketplace neither fails nor stalls."""
    seeded = await seed_team(units, "Solarhaus")
    one, _ = await create_lead(seeded), await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    clock.advance(days=30)
    async with units.write() as uow:
        assert [
            await scheduled.expire(uow, 9),
            await scheduled.remind(uow, 9),
            await scheduled.offer_again(uow, 9),
        ] == [
            0,
            0,
            0,
        ]
