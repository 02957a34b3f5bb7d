from dataclasses import replace

import pytest

from services import invitation, member, membership, team
from services.actor import Actor
from services.audit import show as show_audit
from services.conversation.model import Conversation
from services.errors import Invalid, NotColleague, NotFound, NotPermitted, Refusal
from services.people import NO_TEAM, Language
from services.permissions import Permission, Role
from services.team.refusals import AlreadyConnected, AlreadyInTeam, NothingToRestore, NotInChannel, OwnerSets
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, found, meet

# Rows of the rules and the roles that may; everybody else may not.
TABLE = {
    "A30 view settings": "OAMV",
    "A31 invite": "OA",
    "A32 remove": "OA",
    "A33 change role": "OA",
    "A34 edit settings": "OA",
    "A34 rename": "OA",
    "A34 connect": "OA",
    "A34 disconnect": "OA",
    "A35 buy add-ons": "OA",
    "A36 delete": "O",
    "A46 request": "MV",
    "A76 transfer": "O",
    "X5 audit": "OA",
}
LETTERS = {"O": Role.OWNER, "A": Role.ADMIN, "M": Role.MEMBER, "V": Role.VIEWER, "G": Role.GUEST}
CELLS = [(row, letter) for row in TABLE for letter in LETTERS]


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role."""
    return await found(units, "Solarhaus")


async def carry_out(uow: UnitOfWork, actor: Actor, firm: Firm, row: str) -> None:  # noqa: C901, PLR0912 - a row each
    """Attempt what a row of the table is about."""
    match row.split(" ", 1)[1]:
        case "view settings":
            await team.show(uow, actor)
        case "invite":
            await invitation.create(uow, actor, "eva@acme.de")
        case "remove":
            await membership.remove(uow, actor, firm.viewer.user_id, accept=("member.remove", "member.leave"))
        case "change role":
            await member.change_role(uow, actor, firm.viewer.user_id, "member")
        case "edit settings":
            await team.change_settings(uow, actor, language=Language.ENGLISH)
        case "rename":
            await team.rename(uow, actor, "Solarhaus AG")
        case "connect":
            here = replace(firm.channel, conversation_id="another", team_id=NO_TEAM)
            await uow.conversations.keep(Conversation(here.platform, here.tenant, here.conversation_id, here.kind))
            await team.connect(uow, replace(actor, place=here))
        case "disconnect":
            await team.disconnect(uow, replace(actor, place=firm.channel))
        case "buy add-ons":
            actor.require(Permission.ADDON_BUY)
        case "delete":
            await team.delete(uow, actor, "Solarhaus")
        case "request":
            await invitation.request(uow, actor, "eva@acme.de")
        case "transfer":
            await member.transfer(uow, actor, firm.viewer.user_id, accept=("member.transfer",))
        case _:
            await show_audit(uow, actor)


@pytest.mark.parametrize(("row", "letter"), CELLS)
async def test_every_cell_of_the_table(units: SqlUnits, firm: Firm, row: str, letter: str) -> None:
    """Each role may do what the table of the rules allows (A30-A36), and nothing else; a guest may do none of it."""
    role = LETTERS[letter]
    actor = firm.actors.get(role) or await meet(units, "Gast")
    async with units.write() as uow:
        if letter in TABLE[row]:
            await carry_out(uow, actor, firm, row)
        else:
            expected = NotColleague if role is Role.GUEST else NotPermitted
            with pytest.raises(expected):
                await carry_out(uow, actor, firm, row)


async def test_creator_owns(units: SqlUnits) -> None:
    """A44: whoever creates a team by name is its owner, and the only one."""
    anna = await meet(units, "Anna")
    async with units.write() as uow:
        created = await team.create(uow, anna, "  Dachwerk   Süd ")
        owners = await uow.members.holders(created.team_id, (Role.OWNER,), 9)
    assert created.name == "Dachwerk Süd"
    assert [one.user_id for one in owners] == [anna.user_id]


@pytest.mark.parametrize(("name", "reason"), [("", "missing"), ("   ", "missing"), ("x" * 81, "too_long")])
async def test_team_names_have_limits(units: SqlUnits, name: str, reason: str) -> None:
    """A team's name has 1 to 80 characters."""
    anna = await meet(units, "Anna")
    async with units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await team.create(uow, anna, name)
    assert refused.value.reason == reason


async def test_one_team_per_person(units: SqlUnits, firm: Firm) -> None:
    """B2: whoever is a colleague of a team cannot create another one."""
    with pytest.raises(AlreadyInTeam):
        async with units.write() as uow:
            await team.create(uow, firm.member, "Zweitfirma")
    async with units.read() as uow:
        found_member = await uow.members.of_user(firm.member.user_id)
    assert found_member is not None
    assert found_member.team_id == firm.team_id


async def test_only_the_owner_approves_admins(units: SqlUnits, firm: Firm) -> None:
    """A46: whether the owner approves the admins' invitations is decided by the owner, not by an admin."""
    async with units.write() as uow:
        changed = await team.change_settings(uow, firm.owner, owner_approves_admins=True)
    assert changed.owner_approves_admins
    with pytest.raises(OwnerSets) as refused:
        async with units.write() as uow:
            await team.change_settings(uow, firm.admin, owner_approves_admins=False)
    assert refused.value.owner == firm.owner.name


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "x" * 400])
async def test_zones_exist(units: SqlUnits, firm: Firm, zone: str) -> None:
    """A34: a time zone that does not exist is refused."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await team.change_settings(uow, firm.owner, zone=zone)


async def test_settings_are_kept(units: SqlUnits, firm: Firm) -> None:
    """A34: what is changed holds, what is not named stays, and a change that changes nothing is not logged."""
    async with units.write() as uow:
        await team.change_settings(uow, firm.owner, language=Language.ENGLISH, zone="Europe/Vienna")
    async with units.write() as uow:
        await team.change_settings(uow, firm.owner, language=Language.ENGLISH)
    async with units.read() as uow:
        shown = await team.show(uow, firm.viewer)
        log = await uow.audit.page(firm.team_id, limit=50)
    assert (shown.language, shown.zone) == (Language.ENGLISH, "Europe/Vienna")
    assert [one.action for one in log].count("team.settings_changed") == 1


async def test_another_teams_channel(units: SqlUnits, firm: Firm) -> None:
    """A34: a channel that belongs to another team is refused, and that team is not named."""
    other = await found(units, "Dachwerk")
    stolen = replace(other.owner, place=replace(firm.channel, team_id=NO_TEAM))
    with pytest.raises(AlreadyConnected) as refused:
        async with units.write() as uow:
            await team.connect(uow, stolen)
    assert not vars(refused.value)
    async with units.read() as uow:
        assert [one.conversation_id for one in await uow.conversations.connected(firm.team_id)] == [
            firm.channel.conversation_id
        ]
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await team.disconnect(uow, stolen)


async def test_direct_chats_are_not_connected(units: SqlUnits, firm: Firm) -> None:
    """A34: a direct chat cannot be connected."""
    async with units.write() as uow:
        with pytest.raises(NotInChannel):
            await team.connect(uow, firm.owner)


async def test_delete_by_typed_name(units: SqlUnits, firm: Firm) -> None:
    """A77: the team is deleted only by typing its very name."""
    async with units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await team.delete(uow, firm.owner, "solarhaus")
        assert refused.value.reason == "name_mismatch"
        await team.delete(uow, firm.owner, " Solarhaus ")
    async with units.read() as uow:
        assert await uow.teams.get(firm.team_id) is None
        assert await uow.members.count(firm.team_id) == 0
        assert await uow.conversations.connected(firm.team_id) == []


async def test_a_deleted_team_recognises_nobody(units: SqlUnits, firm: Firm) -> None:
    """A77: after the deletion everybody is a guest, in the direct chat as in the channel, which is free again."""
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    async with units.read() as uow:
        for place in (firm.owner.place, firm.channel):
            seen = await uow.users.recognise("web", "demo", firm.owner.name, place.conversation_id)
            assert seen is not None
            assert (seen.actor().role, seen.actor().team_id, seen.actor().place.team_id) == (Role.GUEST, "", "")


async def test_restore_within_30_days(units: SqlUnits, firm: Firm, clock: Clock) -> None:
    """A77: its former owner, and nobody else, brings the team back, with its colleagues and channels."""
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    clock.advance(days=29, hours=23)
    with pytest.raises(NothingToRestore):
        async with units.write() as uow:
            await team.restore(uow, _outside(firm.admin))
    async with units.write() as uow:
        restored = await team.restore(uow, _outside(firm.owner))
    assert (restored.name, restored.members) == ("Solarhaus", 4)
    async with units.read() as uow:
        shown = await team.show(uow, firm.owner)
    assert (shown.owner_name, len(shown.channels)) == (firm.owner.name, 1)


async def test_restore_after_30_days(units: SqlUnits, firm: Firm, clock: Clock) -> None:
    """A77: after 30 days nothing can be restored."""
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    clock.advance(days=30)
    async with units.write() as uow:
        with pytest.raises(NothingToRestore):
            await team.restore(uow, _outside(firm.owner))


async def test_who_joined_elsewhere_stays_there(units: SqlUnits, firm: Firm, clock: Clock) -> None:
    """A77, B2: a colleague who has joined another team meanwhile is not taken back; one removed before stays out."""
    async with units.write() as uow:
        await membership.remove(uow, firm.owner, firm.viewer.user_id, accept=("member.remove",))
    clock.advance(minutes=1)
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    clock.advance(days=1)
    async with units.write() as uow:
        other = await team.create(uow, _outside(firm.member), "Neue Firma")
    async with units.write() as uow:
        restored = await team.restore(uow, _outside(firm.owner))
    assert restored.members == 2
    async with units.read() as uow:
        gone = await uow.members.of_user(firm.member.user_id)
        assert gone is not None
        assert gone.team_id == other.team_id


async def test_an_owner_elsewhere_restores_nothing(units: SqlUnits, firm: Firm) -> None:
    """B2: a former owner who is a colleague elsewhere by now must leave there first."""
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    async with units.write() as uow:
        await team.create(uow, _outside(firm.owner), "Neue Firma")
    with pytest.raises(AlreadyInTeam):
        async with units.write() as uow:
            await team.restore(uow, _outside(firm.owner))


async def test_a_channel_stays_with_its_new_team(units: SqlUnits, firm: Firm) -> None:
    """A77: a channel that another team connected after the deletion stays with that team."""
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    other = await found(units, "Dachwerk")
    async with units.write() as uow:
        await team.connect(uow, replace(other.owner, place=replace(firm.channel, team_id=NO_TEAM)))
    async with units.write() as uow:
        await team.restore(uow, _outside(firm.owner))
    async with units.read() as uow:
        assert await uow.conversations.connected(firm.team_id) == []
        assert len(await uow.conversations.connected(other.team_id)) == 2


async def test_in_another_teams_channel_one_is_a_guest(units: SqlUnits, firm: Firm) -> None:
    """B1: in a connected channel only that team's colleagues count; elsewhere everybody acts for the own team."""
    other = await found(units, "Dachwerk")
    async with units.read() as uow:
        there = await uow.users.recognise("web", "demo", other.owner.name, firm.channel.conversation_id)
        alone = await uow.users.recognise("web", "demo", other.owner.name, other.owner.place.conversation_id)
    assert there is not None
    assert alone is not None
    assert (there.actor().role, there.actor().team_id, there.actor().place.team_id) == (
        Role.GUEST,
        "",
        firm.team_id,
    )
    assert (alone.actor().role, alone.actor().team_id) == (Role.OWNER, other.team_id)


async def test_every_change_is_in_the_log(units: SqlUnits, firm: Firm) -> None:
    """X5: founding and connecting are in the audit log, with who and through which platform."""
    async with units.read() as uow:
        listed = await show_audit(uow, firm.owner)
    assert {one.action for one in listed.entries} >= {"team.created", "team.channel_connected"}
    assert {(one.user_id, one.platform) for one in listed.entries} == {(firm.owner.user_id, "web")}


async def test_the_bot_leaves_and_comes_back(units: SqlUnits, firm: Firm) -> None:
    """A channel that the bot was taken out of is not posted to, and is the team's again when it comes back."""
    async with units.write() as uow:
        await team.leave_place(uow, firm.in_channel(firm.member))
    async with units.read() as uow:
        assert await uow.conversations.connected(firm.team_id) == []
    place = firm.channel
    async with units.write() as uow:
        await uow.conversations.keep(Conversation(place.platform, place.tenant, place.conversation_id, place.kind))
    async with units.read() as uow:
        assert [one.name for one in await uow.conversations.connected(firm.team_id)] == [place.name]


async def test_a_refusal_changes_nothing(units: SqlUnits, firm: Firm) -> None:
    """A refused command leaves no trace, not even in the log."""
    async with units.read() as uow:
        before = await uow.audit.head(firm.team_id)
    with pytest.raises(Refusal):
        async with units.write() as uow:
            await team.rename(uow, firm.viewer, "Kaputt GmbH")
    async with units.read() as uow:
        assert await uow.audit.head(firm.team_id) == before


def _outside(actor: Actor) -> Actor:
    """The person as recognised after the team has gone."""
    return replace(actor, team_id=NO_TEAM, role=Role.GUEST)
