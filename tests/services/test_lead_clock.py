"""What the clock does with leads."""

import pytest

from services import lead, marketplace
from services.lead import scheduled, subscribers
from services.lead.events import LeadFailed, LeadReminded
from services.lead.model import Act, LeadState
from services.notices import Channels, Person
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import bring, found, look, offered, open_market, pick

pytestmark = pytest.mark.postgres


async def test_brokerage_fails_when_nobody_takes_it_in_time(units: SqlUnits, clock: Clock) -> None:
    """An offer that nobody took in time fails once; operator and giver hear it, takers no longer see it (B21)."""
    operator, giver, taker = await found(units, "Markt"), await found(units, "Geber"), await found(units, "Nehmer")
    await open_market(operator, giver, taker)
    brought = await bring(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, brought.lead_id)
        await marketplace.offer(uow, operator.owner, brought.lead_id)
    clock.advance(minutes=119, seconds=59)
    async with units.write() as uow:
        assert await scheduled.expire(uow, 10) == 0
    clock.advance(seconds=1)
    async with units.write() as uow:
        assert await scheduled.expire(uow, 10) == 1
        assert await scheduled.expire(uow, 10) == 0
    for firm in (operator, giver):
        view = await look(firm, brought.lead_id)
        assert (view.state, Act.OFFER in view.acts) == (LeadState.FAILED, True)
    async with units.read() as uow:
        assert (await lead.list_(uow, taker.member)).leads == ()
        event = LeadFailed(team_id=operator.team_id, lead_id=brought.lead_id, giver_team_id=giver.team_id)
        told = await subscribers.failed(uow, event)
    assert [one.team_id for one in told if isinstance(one.to, Channels)] == [operator.team_id, giver.team_id]


async def test_the_operator_offers_a_failed_lead_again(units: SqlUnits, clock: Clock) -> None:
    """What nobody took can be offered again."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    clock.advance(hours=3)
    async with units.write() as uow:
        await scheduled.expire(uow, 10)
        await marketplace.offer(uow, operator.owner, one.lead_id)
    assert (await pick(taker, one.lead_id)).state is LeadState.PICKED


async def test_many_expired_offers_are_worked_off_in_portions(units: SqlUnits, clock: Clock) -> None:
    """The clock takes a limited number at a time, so that no transaction grows without bound."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    for _ in range(3):
        await offered(operator)
    clock.advance(hours=3)
    async with units.write() as uow:
        assert [await scheduled.expire(uow, 2) for _ in range(3)] == [2, 1, 0]


async def test_a_stalled_lead_is_reminded_of_once_and_then_offered_again(units: SqlUnits, clock: Clock) -> None:
    """Nothing happens for three days: a reminder, once; for seven: the lead goes to the other takers (B21)."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    one = await offered(operator)
    await pick(first, one.lead_id)
    clock.advance(days=3)
    async with units.write() as uow:
        assert [await scheduled.remind(uow, 10), await scheduled.remind(uow, 10)] == [1, 0]
        assert await scheduled.offer_again(uow, 10) == 0
    async with units.read() as uow:
        told = await subscribers.reminded(uow, LeadReminded(team_id=first.team_id, lead_id=one.lead_id))
    assert [one.to for one in told] == [Person(first.member.user_id)]
    assert (await look(first, one.lead_id)).is_stalling
    clock.advance(days=4)
    async with units.write() as uow:
        assert [await scheduled.offer_again(uow, 10), await scheduled.offer_again(uow, 10)] == [1, 0]
    assert (await pick(second, one.lead_id)).state is LeadState.PICKED


async def test_a_note_keeps_a_lead(units: SqlUnits, clock: Clock) -> None:
    """Whoever works on a lead keeps it: a note starts the days anew."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    clock.advance(days=6)
    async with units.write() as uow:
        await scheduled.remind(uow, 10)
        noted = await lead.note(uow, taker.member, one.lead_id, "Angebot in Arbeit")
    assert not noted.is_stalling
    clock.advance(days=1)
    async with units.write() as uow:
        assert await scheduled.offer_again(uow, 10) == 0
        assert await scheduled.remind(uow, 10) == 0


async def test_an_own_lead_has_no_windows(units: SqlUnits, clock: Clock) -> None:
    """What is on no marketplace neither fails nor stalls."""
    firm = await found(units, "Solarhaus")
    one, _ = await bring(firm), await bring(firm)
    await pick(firm, one.lead_id)
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
