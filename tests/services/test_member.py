from dataclasses import replace

import pytest

from services import invitation, member, membership
from services.errors import Ambiguous, Invalid, NeedsConfirmation, NotFound
from services.invitation.refusals import AlreadyDecided
from services.member.refusals import AlreadyOwner, OwnerProtected, OwnershipNotAssignable
from services.permissions import Permission, Role
from services.request import ask
from services.request.model import RequestState
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import SeededTeam, add_user, create_lead, pick_lead, seed_team, show_lead

REMOVE = ("member.remove",)


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team with a member in every role."""
    return await seed_team(units, "Solarhaus")


async def role_of(seeded: SeededTeam, user_id: str) -> Role | None:
    """Return the current role of a member."""
    async with seeded.units.read() as uow:
        one = await uow.members.get(seeded.team_id, user_id)
    return one.role if one else None


@pytest.mark.parametrize("by", [Role.OWNER, Role.ADMIN])
@pytest.mark.parametrize(
    ("word", "role"), [("admin", Role.ADMIN), ("Betrachter", Role.VIEWER), ("MEMBER", Role.MEMBER)]
)
async def test_roles_change(units: SqlUnits, seeded: SeededTeam, by: Role, word: str, role: Role) -> None:
    """A74: owner and admins assign a role by its German or English word, effective at once."""
    async with units.write() as uow:
        changed = await member.change_role(uow, seeded.actors[by], seeded.member.user_id, word)
    assert changed.role is role
    assert await role_of(seeded, seeded.member.user_id) is role
    async with units.read() as uow:
        recognised = await uow.users.find_sender("web", "demo", seeded.member.name, seeded.member.place.conversation_id)
    assert recognised is not None
    assert recognised.actor().role is role


@pytest.mark.parametrize("word", ["owner", "Inhaber"])
async def test_ownership_is_not_assigned(units: SqlUnits, seeded: SeededTeam, word: str) -> None:
    """A74: a change of role cannot assign ownership."""
    async with units.write() as uow:
        with pytest.raises(OwnershipNotAssignable):
            await member.change_role(uow, seeded.owner, seeded.member.user_id, word)


@pytest.mark.parametrize("word", ["", "boss", "guest"])
async def test_unknown_roles_are_refused(units: SqlUnits, seeded: SeededTeam, word: str) -> None:
    """A74: a role outside the list is refused."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await member.change_role(uow, seeded.owner, seeded.member.user_id, word)


@pytest.mark.parametrize("by", [Role.OWNER, Role.ADMIN])
async def test_the_owner_is_not_changed(units: SqlUnits, seeded: SeededTeam, by: Role) -> None:
    """A74, A75: the owner can be neither changed nor removed, not even by the owner."""
    async with units.write() as uow:
        with pytest.raises(OwnerProtected):
            await member.change_role(uow, seeded.actors[by], seeded.owner.user_id, "viewer")
        with pytest.raises(OwnerProtected):
            await membership.remove(
                uow, seeded.actors[by], seeded.owner.user_id, accept=("member.remove", "member.leave")
            )
    assert await role_of(seeded, seeded.owner.user_id) is Role.OWNER


async def test_removal_needs_confirmation(units: SqlUnits, seeded: SeededTeam) -> None:
    """A75: a removal changes nothing until it is confirmed."""
    with pytest.raises(NeedsConfirmation) as question:
        async with units.write() as uow:
            await membership.remove(uow, seeded.admin, seeded.member.user_id)
    assert [warning.code for warning in question.value.warnings] == ["member.remove", "member.remove.effect"]
    assert await role_of(seeded, seeded.member.user_id) is Role.MEMBER


async def test_removal_ends_access(units: SqlUnits, seeded: SeededTeam) -> None:
    """A75, B19: a removed member loses access at once, their leads become vacant, and the seat is free."""
    new_lead = await create_lead(seeded)
    await pick_lead(seeded, new_lead.lead_id)
    async with units.write() as uow:
        await membership.remove(uow, seeded.admin, seeded.member.user_id, accept=REMOVE)
    async with units.read() as uow:
        recognised = await uow.users.find_sender("web", "demo", seeded.member.name, seeded.channel.conversation_id)
        listed = await member.list_(uow, seeded.owner)
        log = await uow.audit.list_entries(seeded.team_id, limit=5)
    assert recognised is not None
    assert (recognised.actor().role, recognised.actor().team_id) == (Role.GUEST, "")
    assert (listed.total, listed.seats_taken) == (3, 3)
    assert (await show_lead(seeded, new_lead.lead_id, seeded.owner)).responsible == ""
    assert "member.removed" in {item.action for item in log}


async def test_requests_of_a_removed_member_are_withdrawn(units: SqlUnits, seeded: SeededTeam) -> None:
    """A75: open requests of a removed member can no longer be approved."""
    async with units.write() as uow:
        asked = await invitation.request(uow, seeded.member, "eva@acme.de")
        request = await ask(uow, seeded.member, "team.rename", {"name": "X"}, Permission.TEAM_EDIT_SETTINGS)
    async with units.write() as uow:
        await membership.remove(uow, seeded.owner, seeded.member.user_id, accept=REMOVE)
    async with units.write() as uow:
        with pytest.raises(AlreadyDecided):
            await invitation.approve(uow, seeded.owner, asked.invitation.ref)
        stored = await uow.requests.get(seeded.team_id, request.request.request_id)
    assert stored is not None
    assert stored.state is RequestState.WITHDRAWN


async def test_a_removed_member_rejoins_by_invitation(units: SqlUnits, seeded: SeededTeam) -> None:
    """A75: a removed member can join again with the role of the new invitation and no earlier permissions."""
    async with units.write() as uow:
        await member.set_responsible(uow, seeded.owner, seeded.member.user_id, may_delegate=True)
        await membership.remove(uow, seeded.owner, seeded.member.user_id, accept=REMOVE)
        assert await uow.members.add(seeded.team_id, seeded.member.user_id, Role.VIEWER, "", uow.now)
        again = await uow.members.get(seeded.team_id, seeded.member.user_id)
    assert again is not None
    assert (again.role, again.may_delegate) == (Role.VIEWER, False)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
async def test_members_may_leave(units: SqlUnits, seeded: SeededTeam, role: Role) -> None:
    """Every member but the owner may leave the team, after a confirmation."""
    actor = seeded.actors[role]
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation):
            await membership.leave(uow, actor, accept=REMOVE)
        left = await membership.leave(uow, actor, accept=("member.leave",))
    assert left.is_self
    assert await role_of(seeded, actor.user_id) is None


async def test_the_owner_does_not_leave(units: SqlUnits, seeded: SeededTeam) -> None:
    """A44: the owner cannot leave, because a team has exactly one owner."""
    async with units.write() as uow:
        with pytest.raises(OwnerProtected) as refused:
            await membership.leave(uow, seeded.owner, accept=("member.leave",))
    assert refused.value.is_self


async def test_transfer_is_atomic(units: SqlUnits, seeded: SeededTeam) -> None:
    """A76: after a confirmed transfer the member is the owner and the former owner an admin."""
    with pytest.raises(NeedsConfirmation):
        async with units.write() as uow:
            await member.transfer(uow, seeded.owner, seeded.viewer.user_id)
    async with units.write() as uow:
        await member.transfer(uow, seeded.owner, seeded.viewer.user_id, accept=("member.transfer",))
    assert await role_of(seeded, seeded.viewer.user_id) is Role.OWNER
    assert await role_of(seeded, seeded.owner.user_id) is Role.ADMIN


async def test_transfer_only_to_members(units: SqlUnits, seeded: SeededTeam) -> None:
    """A76: ownership goes to an active member of the team other than the owner."""
    stranger = await add_user(units, "Fremd")
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await member.transfer(uow, seeded.owner, stranger.user_id, accept=("member.transfer",))
        with pytest.raises(AlreadyOwner):
            await member.transfer(uow, seeded.owner, seeded.owner.user_id, accept=("member.transfer",))
    assert await role_of(seeded, seeded.owner.user_id) is Role.OWNER


async def test_delegation_flag(units: SqlUnits, seeded: SeededTeam) -> None:
    """B17: a flagged member may delegate any lead."""
    async with units.write() as uow:
        changed = await member.change(uow, seeded.admin, seeded.member.user_id, "member", may_delegate=True)
    assert changed.may_delegate
    async with units.read() as uow:
        recognised = await uow.users.find_sender("web", "demo", seeded.member.name, seeded.member.place.conversation_id)
    assert recognised is not None
    assert recognised.actor().may_delegate


async def test_names_are_resolved(units: SqlUnits, seeded: SeededTeam) -> None:
    """A member is found by name, with or without @, and an ambiguous name is refused with the matches."""
    async with units.read() as uow:
        by_name = await member.find_member(uow, seeded.team_id, f"@{seeded.member.name.upper()}")
        by_part = await member.find_member(uow, seeded.team_id, "view")
        with pytest.raises(Ambiguous) as several:
            await member.find_member(uow, seeded.team_id, "solar")
        with pytest.raises(NotFound):
            await member.find_member(uow, seeded.team_id, "Nobody")
    assert (by_name.user_id, by_part.user_id) == (seeded.member.user_id, seeded.viewer.user_id)
    assert len(several.value.candidates) == 4


async def test_members_of_other_teams_are_not_found(units: SqlUnits, seeded: SeededTeam) -> None:
    """X1: another team's member cannot be changed, removed or found, by name or id."""
    other = await seed_team(units, "Dachwerk")
    async with units.write() as uow:
        for who in (other.member.user_id, other.member.name):
            with pytest.raises(NotFound):
                await membership.remove(uow, seeded.owner, who, accept=REMOVE)
            with pytest.raises(NotFound):
                await member.change_role(uow, seeded.owner, who, "viewer")
    assert await role_of(other, other.member.user_id) is Role.MEMBER


async def test_the_list_offers_permitted_actions_only(units: SqlUnits, seeded: SeededTeam) -> None:
    """A30: all roles see the members; only owner and admins may change or remove them, never the owner."""
    async with units.read() as uow:
        for_admin = await member.list_(uow, seeded.admin)
        for_viewer = await member.list_(uow, replace(seeded.viewer, place=seeded.channel))
    assert [row.role for row in for_admin.rows] == [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER]
    assert [row.may_change for row in for_admin.rows] == [False, True, True, True]
    assert not any(row.may_change for row in for_viewer.rows)
    assert (for_viewer.may_invite, for_viewer.may_request) == (False, True)


@pytest.mark.postgres
async def test_concurrent_removals_take_effect_once(units: SqlUnits, seeded: SeededTeam) -> None:
    """A75: of two removals of the same member one takes effect."""
    async with units.write() as uow:
        await membership.remove(uow, seeded.owner, seeded.member.user_id, accept=REMOVE)
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await membership.remove(uow, seeded.admin, seeded.member.user_id, accept=REMOVE)
    async with units.read() as uow:
        log = await uow.audit.list_entries(seeded.team_id, limit=50)
    assert [item.action for item in log].count("member.removed") == 1
