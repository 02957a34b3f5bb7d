"""Requested invitations, decided once by an approver."""

import asyncio
from dataclasses import replace

import pytest

from services import invitation, member, membership, team
from services.actor import Actor
from services.errors import NotMember, NotPermitted
from services.invitation.model import InvitationState
from services.invitation.refusals import (
    AlreadyDecided,
    AlreadyRequested,
    ChannelNotConnected,
    IsRequester,
    OwnerDecides,
)
from services.membership import page
from services.people import NO_TEAM
from services.permissions import Role
from services.team.refusals import AlreadyInTeam, SeatsTaken
from storage.unit_of_work import SqlUnits
from tests.services.invitation_steps import code_for, invite, request_invitation, state_of, token_for
from tests.services.seeded_team import SeededTeam, add_user, seed_team


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team with a member in every role and one free seat."""
    return await seed_team(units, "Solarhaus")


@pytest.fixture
async def eva(units: SqlUnits) -> Actor:
    """A user who is in no team."""
    return await add_user(units, "Eva")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_requests_are_approved(units: SqlUnits, seeded: SeededTeam, role: Role) -> None:
    """A46: owner and admins approve the request of a member or a viewer, and the invitation is sent."""
    requested = await request_invitation(seeded, seeded.viewer)
    assert requested.state is InvitationState.REQUESTED
    async with units.write() as uow:
        page_view = await invitation.approve(uow, seeded.actors[role], requested.ref)
    assert (page_view.invitation.state, page_view.invitation.decided_by_name) == (
        InvitationState.PENDING,
        seeded.actors[role].name,
    )
    assert await code_for(seeded, requested)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_members_do_not_decide(units: SqlUnits, seeded: SeededTeam, role: Role) -> None:
    """A46: members and viewers can neither approve nor decline."""
    requested = await request_invitation(seeded)
    async with units.write() as uow:
        for decide in (invitation.approve, invitation.decline):
            with pytest.raises(NotPermitted):
                await decide(uow, seeded.actors[role], requested.ref)


async def test_an_undecided_request_has_no_link(units: SqlUnits, seeded: SeededTeam) -> None:
    """A46: before the approval the future link is void."""
    requested = await request_invitation(seeded)
    async with units.write() as uow:
        page_view = await page.accept(uow, await token_for(seeded, requested))
        refused = await page.refuse(uow, await token_for(seeded, requested))
    assert page_view is not None
    assert refused is not None
    assert (page_view.code, page_view.invitation.state, refused.invitation.state) == (
        "",
        InvitationState.REQUESTED,
        InvitationState.REQUESTED,
    )


async def test_approval_needs_a_seat(units: SqlUnits, seeded: SeededTeam) -> None:
    """A4: an approval without a free seat is refused, and the request stays open."""
    requested = await request_invitation(seeded)
    await invite(seeded, email="zwei@acme.de")
    with pytest.raises(SeatsTaken):
        async with units.write() as uow:
            await invitation.approve(uow, seeded.owner, requested.ref)
    assert await state_of(seeded, requested) is InvitationState.REQUESTED


@pytest.mark.postgres
async def test_the_first_decision_on_an_invitation_wins(units: SqlUnits, seeded: SeededTeam) -> None:
    """A46: of 50 concurrent decisions one takes effect; the other approvers read who decided."""
    requested = await request_invitation(seeded)
    approvers_read: list[str] = []

    async def decide(number: int) -> None:
        actor = (seeded.owner, seeded.admin)[number % 2]
        try:
            async with units.write() as uow:
                await (invitation.decline if number % 3 else invitation.approve)(uow, actor, requested.ref)
        except AlreadyDecided as refused:
            approvers_read.append(refused.decided_by)

    await asyncio.gather(*(decide(number) for number in range(50)))
    assert len(approvers_read) == 49
    assert len(set(approvers_read) - {""}) == 1  # The approver whose decision counts does not read about themselves.
    async with units.read() as uow:
        log = [audit_entry.action for audit_entry in await uow.audit.list_entries(seeded.team_id, limit=50)]
    assert log.count("invitation.approved") + log.count("invitation.declined") == 1


async def test_requesters_do_not_decide_their_own_request(units: SqlUnits, seeded: SeededTeam) -> None:
    """A46: a requester cannot decide their own request, even as an admin."""
    requested = await request_invitation(seeded)
    async with units.write() as uow:
        await member.change_role(uow, seeded.owner, seeded.member.user_id, "admin")
        with pytest.raises(IsRequester):
            await invitation.approve(uow, replace(seeded.member, role=Role.ADMIN), requested.ref)


async def test_the_owner_approves_admins(units: SqlUnits, seeded: SeededTeam) -> None:
    """A46: where the owner approves the admins' invitations, an admin's request waits for the owner alone."""
    second = await add_user(units, "Zweiter Admin")
    async with units.write() as uow:
        await uow.members.add(seeded.team_id, second.user_id, Role.ADMIN, "", uow.now)
        await membership.remove(uow, seeded.owner, seeded.viewer.user_id, accept=("member.remove",))
        await team.change_settings(uow, seeded.owner, owner_approves_admins=True)
    requested = await invite(seeded, seeded.admin)
    assert requested.state is InvitationState.REQUESTED
    async with units.write() as uow:
        with pytest.raises(OwnerDecides):
            await invitation.approve(uow, replace(second, role=Role.ADMIN, team_id=seeded.team_id), requested.ref)
        await invitation.approve(uow, seeded.owner, requested.ref)
    assert await state_of(seeded, requested) is InvitationState.PENDING


async def test_a_user_asks_to_join_in_the_channel(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A46: a user who asks in the team's channel joins once the request is approved."""
    guest = replace(eva, place=seeded.channel)
    async with units.write() as uow:
        requested = (await invitation.request_to_join(uow, guest)).invitation
    with pytest.raises(AlreadyRequested):
        async with units.write() as uow:
            await invitation.request_to_join(uow, guest)
    async with units.write() as uow:
        page_view = await invitation.approve(uow, seeded.admin, requested.ref)
        membership = await uow.members.find_by_user(eva.user_id)
    assert page_view.invitation.state is InvitationState.JOINED
    assert membership is not None
    assert (membership.team_id, membership.role) == (seeded.team_id, Role.MEMBER)


async def test_joining_needs_a_connected_channel(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A46: a channel without a team has no request to join, members need none, and guests cannot invite."""
    async with units.write() as uow:
        with pytest.raises(ChannelNotConnected):
            await invitation.request_to_join(uow, eva)
        with pytest.raises(AlreadyInTeam):
            await invitation.request_to_join(uow, seeded.in_channel(seeded.viewer))
        with pytest.raises(NotMember):
            await invitation.request(uow, replace(eva, place=seeded.channel), "x@acme.de")


async def test_members_of_other_teams_do_not_ask_to_join(units: SqlUnits, seeded: SeededTeam) -> None:
    """B2: a member of another team cannot ask to join."""
    other = await seed_team(units, "Dachwerk")
    guest = replace(other.member, place=seeded.channel, team_id=NO_TEAM, role=Role.GUEST)
    async with units.write() as uow:
        with pytest.raises(AlreadyInTeam):
            await invitation.request_to_join(uow, guest)


async def test_an_approval_after_joining_elsewhere_is_refused(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """B2: an approval for a user who has joined another team is refused and changes nothing."""
    async with units.write() as uow:
        requested = (await invitation.request_to_join(uow, replace(eva, place=seeded.channel))).invitation
    async with units.write() as uow:
        await team.create(uow, eva, "Eigene Firma")
    with pytest.raises(AlreadyInTeam) as refused:
        async with units.write() as uow:
            await invitation.approve(uow, seeded.owner, requested.ref)
    assert refused.value.name == eva.name
    assert await state_of(seeded, requested) is InvitationState.REQUESTED
