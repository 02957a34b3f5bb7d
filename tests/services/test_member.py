from dataclasses import replace

import pytest

from services import invitation, member, membership
from services.errors import Ambiguous, Invalid, NeedsConfirmation, NotFound
from services.invitation.refusals import AlreadyDecided
from services.member.refusals import IsOwnerAlready, OwnershipNotGiven, OwnerStays
from services.permissions import Permission, Role
from services.request import ask
from services.request.model import RequestState
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, bring, found, look, meet, pick

REMOVE = ("member.remove",)


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role."""
    return await found(units, "Solarhaus")


async def role_of(firm: Firm, user_id: str) -> Role | None:
    """The role that holds now."""
    async with firm.units.read() as uow:
        one = await uow.members.get(firm.team_id, user_id)
    return one.role if one else None


@pytest.mark.parametrize("by", [Role.OWNER, Role.ADMIN])
@pytest.mark.parametrize(
    ("word", "role"), [("admin", Role.ADMIN), ("Betrachter", Role.VIEWER), ("MEMBER", Role.MEMBER)]
)
async def test_roles_change(units: SqlUnits, firm: Firm, by: Role, word: str, role: Role) -> None:
    """A74: owner and admins give a role from the list, by its word in either language; it holds at once."""
    async with units.write() as uow:
        changed = await member.change_role(uow, firm.actors[by], firm.member.user_id, word)
    assert changed.role is role
    assert await role_of(firm, firm.member.user_id) is role
    async with units.read() as uow:
        seen = await uow.users.recognise("web", "demo", firm.member.name, firm.member.place.conversation_id)
    assert seen is not None
    assert seen.actor().role is role


@pytest.mark.parametrize("word", ["owner", "Inhaber"])
async def test_ownership_is_not_given(units: SqlUnits, firm: Firm, word: str) -> None:
    """A74: ownership cannot be given by a change of role."""
    async with units.write() as uow:
        with pytest.raises(OwnershipNotGiven):
            await member.change_role(uow, firm.owner, firm.member.user_id, word)


@pytest.mark.parametrize("word", ["", "boss", "guest"])
async def test_only_known_roles(units: SqlUnits, firm: Firm, word: str) -> None:
    """A74: there are no other roles than those of the list."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await member.change_role(uow, firm.owner, firm.member.user_id, word)


@pytest.mark.parametrize("by", [Role.OWNER, Role.ADMIN])
async def test_the_owner_is_not_changed(units: SqlUnits, firm: Firm, by: Role) -> None:
    """A74, A75: nobody changes or removes the owner, not even the owner."""
    async with units.write() as uow:
        with pytest.raises(OwnerStays):
            await member.change_role(uow, firm.actors[by], firm.owner.user_id, "viewer")
        with pytest.raises(OwnerStays):
            await membership.remove(uow, firm.actors[by], firm.owner.user_id, accept=("member.remove", "member.leave"))
    assert await role_of(firm, firm.owner.user_id) is Role.OWNER


async def test_removal_asks_first(units: SqlUnits, firm: Firm) -> None:
    """A75: a removal is confirmed first; until then nothing changes."""
    with pytest.raises(NeedsConfirmation) as question:
        async with units.write() as uow:
            await membership.remove(uow, firm.admin, firm.member.user_id)
    assert [one.code for one in question.value.warnings] == ["member.remove", "member.remove.effect"]
    assert await role_of(firm, firm.member.user_id) is Role.MEMBER


async def test_removal_ends_access(units: SqlUnits, firm: Firm) -> None:
    """A75, B19: access ends at once, the leads stay without a person in charge, the seat is free."""
    brought = await bring(firm)
    await pick(firm, brought.lead_id)
    async with units.write() as uow:
        await membership.remove(uow, firm.admin, firm.member.user_id, accept=REMOVE)
    async with units.read() as uow:
        seen = await uow.users.recognise("web", "demo", firm.member.name, firm.channel.conversation_id)
        listed = await member.list_(uow, firm.owner)
        log = await uow.audit.page(firm.team_id, limit=5)
    assert seen is not None
    assert (seen.actor().role, seen.actor().team_id) == (Role.GUEST, "")
    assert (listed.total, listed.taken) == (3, 3)
    assert (await look(firm, brought.lead_id, firm.owner)).responsible == ""
    assert "member.removed" in {one.action for one in log}


async def test_what_the_removed_asked_for_is_withdrawn(units: SqlUnits, firm: Firm) -> None:
    """A75: open requests of somebody who was removed can no longer be approved."""
    async with units.write() as uow:
        asked = await invitation.request(uow, firm.member, "eva@acme.de")
        request = await ask(uow, firm.member, "team.rename", {"name": "X"}, Permission.TEAM_EDIT_SETTINGS)
    async with units.write() as uow:
        await membership.remove(uow, firm.owner, firm.member.user_id, accept=REMOVE)
    async with units.write() as uow:
        with pytest.raises(AlreadyDecided):
            await invitation.approve(uow, firm.owner, asked.invitation.ref)
        kept = await uow.requests.get(firm.team_id, request.request.request_id)
    assert kept is not None
    assert kept.state is RequestState.WITHDRAWN


async def test_the_removed_come_back_by_invitation(units: SqlUnits, firm: Firm) -> None:
    """A75: somebody who was removed can join again later, with the role of the new invitation and no old rights."""
    async with units.write() as uow:
        await member.flag(uow, firm.owner, firm.member.user_id, may_delegate=True)
        await membership.remove(uow, firm.owner, firm.member.user_id, accept=REMOVE)
        assert await uow.members.add(firm.team_id, firm.member.user_id, Role.VIEWER, "", uow.now)
        again = await uow.members.get(firm.team_id, firm.member.user_id)
    assert again is not None
    assert (again.role, again.may_delegate) == (Role.VIEWER, False)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
async def test_everybody_may_leave(units: SqlUnits, firm: Firm, role: Role) -> None:
    """Everybody but the owner may leave the team, after one question."""
    actor = firm.actors[role]
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation):
            await membership.leave(uow, actor, accept=REMOVE)
        left = await membership.leave(uow, actor, accept=("member.leave",))
    assert left.is_self
    assert await role_of(firm, actor.user_id) is None


async def test_the_owner_does_not_leave(units: SqlUnits, firm: Firm) -> None:
    """A44: the owner cannot leave, because there is exactly one at any time."""
    async with units.write() as uow:
        with pytest.raises(OwnerStays) as refused:
            await membership.leave(uow, firm.owner, accept=("member.leave",))
    assert refused.value.is_self


async def test_transfer_is_atomic(units: SqlUnits, firm: Firm) -> None:
    """A76: after a confirmed transfer the colleague is the owner and the old owner an admin."""
    with pytest.raises(NeedsConfirmation):
        async with units.write() as uow:
            await member.transfer(uow, firm.owner, firm.viewer.user_id)
    async with units.write() as uow:
        await member.transfer(uow, firm.owner, firm.viewer.user_id, accept=("member.transfer",))
    assert await role_of(firm, firm.viewer.user_id) is Role.OWNER
    assert await role_of(firm, firm.owner.user_id) is Role.ADMIN


async def test_transfer_only_to_colleagues(units: SqlUnits, firm: Firm) -> None:
    """A76: the target is an active colleague of the team, and somebody else."""
    stranger = await meet(units, "Fremd")
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await member.transfer(uow, firm.owner, stranger.user_id, accept=("member.transfer",))
        with pytest.raises(IsOwnerAlready):
            await member.transfer(uow, firm.owner, firm.owner.user_id, accept=("member.transfer",))
    assert await role_of(firm, firm.owner.user_id) is Role.OWNER


async def test_responsible_colleague(units: SqlUnits, firm: Firm) -> None:
    """B17: a flagged colleague is recognised as one who may delegate any lead."""
    async with units.write() as uow:
        changed = await member.change(uow, firm.admin, firm.member.user_id, "member", may_delegate=True)
    assert changed.may_delegate
    async with units.read() as uow:
        seen = await uow.users.recognise("web", "demo", firm.member.name, firm.member.place.conversation_id)
    assert seen is not None
    assert seen.actor().may_delegate


async def test_names_are_understood(units: SqlUnits, firm: Firm) -> None:
    """A colleague is found by name, with or without @, and asked about when several fit."""
    async with units.read() as uow:
        by_name = await member.resolve(uow, firm.team_id, f"@{firm.member.name.upper()}")
        by_part = await member.resolve(uow, firm.team_id, "view")
        with pytest.raises(Ambiguous) as several:
            await member.resolve(uow, firm.team_id, "solar")
        with pytest.raises(NotFound):
            await member.resolve(uow, firm.team_id, "Nobody")
    assert (by_name.user_id, by_part.user_id) == (firm.member.user_id, firm.viewer.user_id)
    assert len(several.value.candidates) == 4


async def test_colleagues_of_others_do_not_exist(units: SqlUnits, firm: Firm) -> None:
    """X1: another team's colleague cannot be changed, removed or even found, by name or id."""
    other = await found(units, "Dachwerk")
    async with units.write() as uow:
        for who in (other.member.user_id, other.member.name):
            with pytest.raises(NotFound):
                await membership.remove(uow, firm.owner, who, accept=REMOVE)
            with pytest.raises(NotFound):
                await member.change_role(uow, firm.owner, who, "viewer")
    assert await role_of(other, other.member.user_id) is Role.MEMBER


async def test_the_list_shows_what_one_may_do(units: SqlUnits, firm: Firm) -> None:
    """A30: everybody sees the colleagues; only owner and admins are offered to change or remove, never the owner."""
    async with units.read() as uow:
        for_admin = await member.list_(uow, firm.admin)
        for_viewer = await member.list_(uow, replace(firm.viewer, place=firm.channel))
    assert [row.role for row in for_admin.rows] == [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER]
    assert [row.may_change for row in for_admin.rows] == [False, True, True, True]
    assert not any(row.may_change for row in for_viewer.rows)
    assert (for_viewer.may_invite, for_viewer.may_request) == (False, True)


@pytest.mark.postgres
async def test_removed_once(units: SqlUnits, firm: Firm) -> None:
    """A75: of two removals of the same colleague one has an effect."""
    async with units.write() as uow:
        await membership.remove(uow, firm.owner, firm.member.user_id, accept=REMOVE)
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await membership.remove(uow, firm.admin, firm.member.user_id, accept=REMOVE)
    async with units.read() as uow:
        log = await uow.audit.page(firm.team_id, limit=50)
    assert [one.action for one in log].count("member.removed") == 1
