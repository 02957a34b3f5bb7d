"""Invitations that somebody asks for: decided by others, once."""

import asyncio
from dataclasses import replace

import pytest

from services import invitation, member, membership, team
from services.actor import Actor
from services.errors import NotColleague, NotPermitted
from services.invitation.model import InvitationState
from services.invitation.refusals import AlreadyAsked, AlreadyDecided, NoTeamHere, OwnerDecides, OwnRequest
from services.membership import page
from services.people import NO_TEAM
from services.permissions import Role
from services.team.refusals import AlreadyInTeam, SeatsTaken
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, found, meet
from tests.services.invitations import ask, code_for, invite, state_of, token_for


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role: one seat is free."""
    return await found(units, "Solarhaus")


@pytest.fixture
async def eva(units: SqlUnits) -> Actor:
    """Somebody who is in no team."""
    return await meet(units, "Eva")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_requests_are_approved(units: SqlUnits, firm: Firm, role: Role) -> None:
    """A46: owner and admins approve what a member or a viewer asks for; then the invitation is on its way."""
    asked = await ask(firm, firm.viewer)
    assert asked.state is InvitationState.REQUESTED
    async with units.write() as uow:
        shown = await invitation.approve(uow, firm.actors[role], asked.ref)
    assert (shown.invitation.state, shown.invitation.decided_by_name) == (
        InvitationState.PENDING,
        firm.actors[role].name,
    )
    assert await code_for(firm, asked)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_members_do_not_decide(units: SqlUnits, firm: Firm, role: Role) -> None:
    """A46: members and viewers approve and decline nothing."""
    asked = await ask(firm)
    async with units.write() as uow:
        for decide in (invitation.approve, invitation.decline):
            with pytest.raises(NotPermitted):
                await decide(uow, firm.actors[role], asked.ref)


async def test_what_waits_leads_nowhere(units: SqlUnits, firm: Firm) -> None:
    """A46: before the approval there is no way in, not even by the link that will be sent."""
    asked = await ask(firm)
    async with units.write() as uow:
        shown = await page.accept(uow, await token_for(firm, asked))
        refused = await page.refuse(uow, await token_for(firm, asked))
    assert shown is not None
    assert refused is not None
    assert (shown.code, shown.invitation.state, refused.invitation.state) == (
        "",
        InvitationState.REQUESTED,
        InvitationState.REQUESTED,
    )


async def test_approval_needs_a_seat(units: SqlUnits, firm: Firm) -> None:
    """A4: an approval for which no seat is free is refused, and the request keeps waiting."""
    asked = await ask(firm)
    await invite(firm, email="zwei@acme.de")
    with pytest.raises(SeatsTaken):
        async with units.write() as uow:
            await invitation.approve(uow, firm.owner, asked.ref)
    assert await state_of(firm, asked) is InvitationState.REQUESTED


@pytest.mark.postgres
async def test_first_decision_wins(units: SqlUnits, firm: Firm) -> None:
    """A46: of 50 decisions at once one has an effect; the others read who decided."""
    asked = await ask(firm)
    late: list[str] = []

    async def decide(number: int) -> None:
        actor = (firm.owner, firm.admin)[number % 2]
        try:
            async with units.write() as uow:
                await (invitation.decline if number % 3 else invitation.approve)(uow, actor, asked.ref)
        except AlreadyDecided as refused:
            late.append(refused.by)

    await asyncio.gather(*(decide(number) for number in range(50)))
    assert len(late) == 49
    assert len(set(late) - {""}) == 1  # Whoever decided is not told that he himself was faster.
    async with units.read() as uow:
        log = [entry.action for entry in await uow.audit.page(firm.team_id, limit=50)]
    assert log.count("invitation.approved") + log.count("invitation.declined") == 1


async def test_never_ones_own_request(units: SqlUnits, firm: Firm) -> None:
    """A46: nobody decides on his own request, also after becoming an admin."""
    asked = await ask(firm)
    async with units.write() as uow:
        await member.change_role(uow, firm.owner, firm.member.user_id, "admin")
        with pytest.raises(OwnRequest):
            await invitation.approve(uow, replace(firm.member, role=Role.ADMIN), asked.ref)


async def test_the_owner_approves_admins(units: SqlUnits, firm: Firm) -> None:
    """A46: where the owner approves the admins' invitations, an admin's waits for the owner alone."""
    second = await meet(units, "Zweiter Admin")
    async with units.write() as uow:
        await uow.members.add(firm.team_id, second.user_id, Role.ADMIN, "", uow.now)
        await membership.remove(uow, firm.owner, firm.viewer.user_id, accept=("member.remove",))
        await team.change_settings(uow, firm.owner, owner_approves_admins=True)
    asked = await invite(firm, firm.admin)
    assert asked.state is InvitationState.REQUESTED
    async with units.write() as uow:
        with pytest.raises(OwnerDecides):
            await invitation.approve(uow, replace(second, role=Role.ADMIN, team_id=firm.team_id), asked.ref)
        await invitation.approve(uow, firm.owner, asked.ref)
    assert await state_of(firm, asked) is InvitationState.PENDING


async def test_asking_to_join(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A46: somebody in the team's channel asks to join and is in after the approval, once."""
    guest = replace(eva, place=firm.channel)
    async with units.write() as uow:
        asked = (await invitation.join_request(uow, guest)).invitation
    with pytest.raises(AlreadyAsked):
        async with units.write() as uow:
            await invitation.join_request(uow, guest)
    async with units.write() as uow:
        shown = await invitation.approve(uow, firm.admin, asked.ref)
        colleague = await uow.members.of_user(eva.user_id)
    assert shown.invitation.state is InvitationState.JOINED
    assert colleague is not None
    assert (colleague.team_id, colleague.role) == (firm.team_id, Role.MEMBER)


async def test_asking_to_join_nowhere(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A46: there is nobody to ask in a channel without a team, and no need for a colleague; guests invite nobody."""
    async with units.write() as uow:
        with pytest.raises(NoTeamHere):
            await invitation.join_request(uow, eva)
        with pytest.raises(AlreadyInTeam):
            await invitation.join_request(uow, firm.in_channel(firm.viewer))
        with pytest.raises(NotColleague):
            await invitation.request(uow, replace(eva, place=firm.channel), "x@acme.de")


async def test_colleagues_elsewhere_do_not_ask(units: SqlUnits, firm: Firm) -> None:
    """B2: a colleague of another team cannot ask to join here."""
    other = await found(units, "Dachwerk")
    guest = replace(other.member, place=firm.channel, team_id=NO_TEAM, role=Role.GUEST)
    async with units.write() as uow:
        with pytest.raises(AlreadyInTeam):
            await invitation.join_request(uow, guest)


async def test_joined_elsewhere_meanwhile(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """B2: whoever has joined another team before the approval is not taken in, and nothing changes."""
    async with units.write() as uow:
        asked = (await invitation.join_request(uow, replace(eva, place=firm.channel))).invitation
    async with units.write() as uow:
        await team.create(uow, eva, "Eigene Firma")
    with pytest.raises(AlreadyInTeam) as refused:
        async with units.write() as uow:
            await invitation.approve(uow, firm.owner, asked.ref)
    assert refused.value.name == eva.name
    assert await state_of(firm, asked) is InvitationState.REQUESTED
