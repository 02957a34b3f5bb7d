"""Linked identities: merged rows, expired requests, and conflicts with memberships."""

import asyncio

import pytest

from services import identity, invitation, lead, team
from services.actor import Actor
from services.errors import Refusal
from services.identity import LinkRequest, scheduled
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import SeededTeam, add_user, create_lead, pick_lead, seed_team

pytestmark = pytest.mark.postgres

ENOUGH = 50


async def create_half_confirmed_link(units: SqlUnits, first: Actor, other: Actor) -> str:
    """Create a request that only needs the first side's confirmation."""
    async with units.write() as uow:
        request = await identity.issue_code(uow, first)
    async with units.write() as uow:
        typed = await identity.claim_code(uow, other, request.code)
        assert isinstance(typed, LinkRequest)
    async with units.write() as uow:
        await identity.agree(uow, other, typed.link_id)
    return typed.link_id


async def test_rows_of_the_merged_user_follow_within_a_minute(units: SqlUnits, clock: Clock) -> None:
    """Rows written under the merged id during linking belong to the remaining user after the next scheduled run."""
    seeded, newcomer = await seed_team(units, "Solarhaus"), await add_user(units, "Ben in Slack")
    new_lead = await create_lead(seeded)
    await pick_lead(seeded, new_lead.lead_id)
    link_id = await create_half_confirmed_link(units, newcomer, seeded.member)
    async with units.write() as uow:
        await identity.confirm(uow, newcomer, link_id)
    async with units.write() as uow:
        # A delegation committed right after the merge by a transaction that had read the old id.
        held = newcomer.user_id
        assert await uow.leads.delegate(seeded.team_id, new_lead.lead_id, held, seeded.member.user_id, uow.now)
    clock.advance(minutes=1)
    async with units.write() as uow:
        assert await scheduled.complete_merges(uow, ENOUGH) == 1
    async with units.read() as uow:
        details = await lead.show(uow, seeded.owner, new_lead.lead_id)
    assert details.responsible_id == newcomer.user_id
    clock.advance(minutes=5)
    async with units.write() as uow:
        assert await scheduled.complete_merges(uow, ENOUGH) == 0


async def test_link_requests_are_purged_after_a_day(units: SqlUnits, clock: Clock) -> None:
    """A finished request is kept for a day, so that its card shows the outcome, and then deleted."""
    first, other = await add_user(units, "Ada"), await add_user(units, "Ben")
    link_id = await create_half_confirmed_link(units, first, other)
    clock.advance(hours=23)
    async with units.write() as uow:
        assert await scheduled.purge(uow, ENOUGH) == 0
    clock.advance(hours=2)
    async with units.write() as uow:
        assert await scheduled.purge(uow, ENOUGH) == 1
        assert await uow.identities.get_link(link_id) is None


async def confirm(units: SqlUnits, actor: Actor, link_id: str) -> bool:
    """Return whether the first side's confirmation took effect."""
    try:
        async with units.write() as uow:
            await identity.confirm(uow, actor, link_id)
    except Refusal:
        return False
    return True


async def test_concurrent_confirmations_link_once(units: SqlUnits) -> None:
    """X2: ten concurrent confirmations link once."""
    first, other = await add_user(units, "Ada"), await add_user(units, "Ben")
    link_id = await create_half_confirmed_link(units, first, other)
    done = await asyncio.gather(*(confirm(units, first, link_id) for _ in range(10)))
    assert sum(done) == 1


async def test_opposite_links_leave_one_user(units: SqlUnits) -> None:
    """Two requests in opposite directions, confirmed concurrently, leave one user who is still a member."""
    seeded, other = await seed_team(units, "Solarhaus"), await add_user(units, "Ben in Slack")
    one, two = (
        await create_half_confirmed_link(units, seeded.member, other),
        await create_half_confirmed_link(units, other, seeded.member),
    )
    done = await asyncio.gather(confirm(units, seeded.member, one), confirm(units, other, two))
    assert sum(done) == 1
    async with units.read() as uow:
        people = {await uow.identities.find_current_user_id(actor.user_id) for actor in (seeded.member, other)}
        assert len(people) == 1
        member = await uow.members.get(seeded.team_id, people.pop())
    assert member is not None
    assert member.role is Role.MEMBER


async def test_a_new_owner_is_not_linked(units: SqlUnits) -> None:
    """B2: membership is checked again at the confirmation, after the agreement."""
    seeded, other = await seed_team(units, "Solarhaus"), await add_user(units, "Ben in Slack")
    link_id = await create_half_confirmed_link(units, seeded.member, other)
    async with units.write() as uow:
        await team.create(uow, other, "Dachwerk")
    assert not await confirm(units, seeded.member, link_id)


async def test_linking_withdraws_join_requests(units: SqlUnits) -> None:
    """A46: a user who becomes a member by linking has no open request to join a team."""
    seeded, other = await seed_team(units, "Solarhaus"), await add_user(units, "Ben in Slack")
    await ask_to_join(units, seeded, other)
    link_id = await create_half_confirmed_link(units, seeded.member, other)
    assert await confirm(units, seeded.member, link_id)
    async with units.read() as uow:
        assert await uow.invitations.list_join_requests(seeded.member.user_id) == []
        assert await uow.invitations.list_join_requests(other.user_id) == []


async def ask_to_join(units: SqlUnits, seeded: SeededTeam, user: Actor) -> None:
    """Ask in the team's channel to join."""
    async with units.write() as uow:
        await invitation.request_to_join(uow, seeded.in_channel(user))
