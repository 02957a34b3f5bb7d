"""Linking as the rules have it: what is picked up afterwards, what is forgotten, and who is in whose way."""

import asyncio

import pytest

from services import identity, invitation, lead, team
from services.actor import Actor
from services.errors import Refusal
from services.identity import Link, scheduled
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, bring, found, meet, pick

pytestmark = pytest.mark.postgres

ENOUGH = 50


async def prepared(units: SqlUnits, first: Actor, other: Actor) -> str:
    """A request that only the first side's yes is missing from."""
    async with units.write() as uow:
        asked = await identity.ask(uow, first)
    async with units.write() as uow:
        typed = await identity.enter(uow, other, asked.code)
        assert isinstance(typed, Link)
    async with units.write() as uow:
        await identity.agree(uow, other, typed.link_id)
    return typed.link_id


async def test_what_was_under_way_is_picked_up_by_the_clock(units: SqlUnits, clock: Clock) -> None:
    """What somebody did under the merged id at the moment of linking is the person's a minute later."""
    firm, newcomer = await found(units, "Solarhaus"), await meet(units, "Ben in Slack")
    brought = await bring(firm)
    await pick(firm, brought.lead_id)
    link_id = await prepared(units, newcomer, firm.member)
    async with units.write() as uow:
        await identity.confirm(uow, newcomer, link_id)
    async with units.write() as uow:
        # As if a hand-over had been committed right after it, by somebody who had read the old id before.
        held = newcomer.user_id
        assert await uow.leads.delegate(firm.team_id, brought.lead_id, held, firm.member.user_id, uow.now)
    clock.advance(minutes=1)
    async with units.write() as uow:
        assert await scheduled.complete_merges(uow, ENOUGH) == 1
    async with units.read() as uow:
        seen = await lead.show(uow, firm.owner, brought.lead_id)
    assert seen.responsible_id == newcomer.user_id
    clock.advance(minutes=5)
    async with units.write() as uow:
        assert await scheduled.complete_merges(uow, ENOUGH) == 0


async def test_requests_are_forgotten_after_a_day(units: SqlUnits, clock: Clock) -> None:
    """A request that is over is kept a day, so that its card says how it ended, and then no longer."""
    first, other = await meet(units, "Ada"), await meet(units, "Ben")
    link_id = await prepared(units, first, other)
    clock.advance(hours=23)
    async with units.write() as uow:
        assert await scheduled.purge(uow, ENOUGH) == 0
    clock.advance(hours=2)
    async with units.write() as uow:
        assert await scheduled.purge(uow, ENOUGH) == 1
        assert await uow.identities.get(link_id) is None


async def attempt(units: SqlUnits, actor: Actor, link_id: str) -> bool:
    """Whether the first side's yes counted."""
    try:
        async with units.write() as uow:
            await identity.confirm(uow, actor, link_id)
    except Refusal:
        return False
    return True


async def test_of_many_yeses_one_counts(units: SqlUnits) -> None:
    """X2: the same yes ten times at once links once."""
    first, other = await meet(units, "Ada"), await meet(units, "Ben")
    link_id = await prepared(units, first, other)
    done = await asyncio.gather(*(attempt(units, first, link_id) for _ in range(10)))
    assert sum(done) == 1


async def test_two_who_would_link_each_other_do_not_get_lost(units: SqlUnits) -> None:
    """Two requests in opposite directions, confirmed at once: one person remains, in the team, and nobody is locked."""
    firm, other = await found(units, "Solarhaus"), await meet(units, "Ben in Slack")
    one, two = await prepared(units, firm.member, other), await prepared(units, other, firm.member)
    done = await asyncio.gather(attempt(units, firm.member, one), attempt(units, other, two))
    assert sum(done) == 1
    async with units.read() as uow:
        people = {await uow.identities.current(actor.user_id) for actor in (firm.member, other)}
        assert len(people) == 1
        member = await uow.members.get(firm.team_id, people.pop())
    assert member is not None
    assert member.role is Role.MEMBER


async def test_whoever_founds_a_team_meanwhile_is_not_linked(units: SqlUnits) -> None:
    """B2: what has changed between agreeing and confirming is looked at again."""
    firm, other = await found(units, "Solarhaus"), await meet(units, "Ben in Slack")
    link_id = await prepared(units, firm.member, other)
    async with units.write() as uow:
        await team.create(uow, other, "Dachwerk")
    assert not await attempt(units, firm.member, link_id)


async def test_a_wish_to_join_ends_with_the_person_who_had_it(units: SqlUnits) -> None:
    """A46: whoever becomes a colleague by linking asks no team to let him in any more."""
    firm, other = await found(units, "Solarhaus"), await meet(units, "Ben in Slack")
    await wish(units, firm, other)
    link_id = await prepared(units, firm.member, other)
    assert await attempt(units, firm.member, link_id)
    async with units.read() as uow:
        assert await uow.invitations.wishes(firm.member.user_id) == []
        assert await uow.invitations.wishes(other.user_id) == []


async def wish(units: SqlUnits, firm: Firm, somebody: Actor) -> None:
    """Ask in the firm's channel to join."""
    async with units.write() as uow:
        await invitation.join_request(uow, firm.in_channel(somebody))
