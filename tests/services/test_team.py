from dataclasses import replace
from functools import partial

import pytest

from services import invitation, member, membership, team
from services.actor import Actor
from services.audit import show as show_audit
from services.conversation.model import Conversation
from services.errors import Invalid, NotFound, NotMember, NotPermitted, Refusal
from services.people import NO_TEAM, Language
from services.permissions import Permission, Role
from services.team.refusals import AlreadyConnected, AlreadyInTeam, NothingToRestore, NotInChannel, OwnerOnlySetting
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import SeededTeam, add_user, refusal_of, seed_team

# Rows of the rules, and the roles that are allowed; all other roles are not.
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


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team with a member in every role."""
    return await seed_team(units, "Solarhaus")


async def attempt_row(uow: UnitOfWork, actor: Actor, seeded: SeededTeam, row: str) -> None:  # noqa: C901, PLR0912 - a case a row
    """Attempt the action of a row of the table."""
    match row.split(" ", 1)[1]:
        case "view settings":
            await team.show(uow, actor)
        case "invite":
            await invitation.create(uow, actor, "eva@acme.de")
        case "remove":
            await membership.remove(uow, actor, seeded.viewer.user_id, accept=("member.remove", "member.leave"))
        case "change role":
            await member.change_role(uow, actor, seeded.viewer.user_id, "member")
        case "edit settings":
            await team.change_settings(uow, actor, language=Language.ENGLISH)
        case "rename":
            await team.rename(uow, actor, "Solarhaus AG")
        case "connect":
            conversation = replace(seeded.channel, conversation_id="another", team_id=NO_TEAM)
            await uow.conversations.upsert(
                Conversation(
                    conversation.platform, conversation.tenant, conversation.conversation_id, conversation.kind
                )
            )
            await team.connect(uow, replace(actor, place=conversation))
        case "disconnect":
            await team.disconnect(uow, replace(actor, place=seeded.channel))
        case "buy add-ons":
            actor.require(Permission.ADDON_BUY)
        case "delete":
            await team.delete(uow, actor, "Solarhaus")
        case "request":
            await invitation.request(uow, actor, "eva@acme.de")
        case "transfer":
            await member.transfer(uow, actor, seeded.viewer.user_id, accept=("member.transfer",))
        case _:
            await show_audit(uow, actor)


async def test_roles_follow_the_rules_table(units: SqlUnits, seeded: SeededTeam) -> None:
    """Each role may do what the table of the rules allows (A30-A36), and nothing else; a guest may do none of it."""
    guest = await add_user(units, "Gast")
    wrong: list[str] = []
    for row, allowed in TABLE.items():
        for letter, role in LETTERS.items():
            due = None if letter in allowed else NotMember if role is Role.GUEST else NotPermitted
            actor = seeded.actors.get(role, guest)
            refusal = await refusal_of(units, actor, partial(attempt_row, seeded=seeded, row=row))
            if refusal is not due:
                wrong.append(f"{row}, {role}: {refusal}")
    assert wrong == []


async def test_the_creator_is_the_owner(units: SqlUnits) -> None:
    """A44: the user who creates a team is its only owner."""
    anna = await add_user(units, "Anna")
    async with units.write() as uow:
        created = await team.create(uow, anna, "  Dachwerk   Süd ")
        owners = await uow.members.list_by_role(created.team_id, (Role.OWNER,), 9)
    assert created.name == "Dachwerk Süd"
    assert [owner.user_id for owner in owners] == [anna.user_id]


@pytest.mark.parametrize(("name", "reason"), [("", "missing"), ("   ", "missing"), ("x" * 81, "too_long")])
async def test_team_names_have_limits(units: SqlUnits, name: str, reason: str) -> None:
    """A team's name has 1 to 80 characters."""
    anna = await add_user(units, "Anna")
    async with units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await team.create(uow, anna, name)
    assert refused.value.reason == reason


async def test_one_team_per_person(units: SqlUnits, seeded: SeededTeam) -> None:
    """B2: a member of a team cannot create another one."""
    with pytest.raises(AlreadyInTeam):
        async with units.write() as uow:
            await team.create(uow, seeded.member, "Zweitfirma")
    async with units.read() as uow:
        found_member = await uow.members.find_by_user(seeded.member.user_id)
    assert found_member is not None
    assert found_member.team_id == seeded.team_id


async def test_only_the_owner_sets_approval_of_admins(units: SqlUnits, seeded: SeededTeam) -> None:
    """A46: the owner decides whether to approve the admins' invitations, an admin does not."""
    async with units.write() as uow:
        changed = await team.change_settings(uow, seeded.owner, owner_approves_admins=True)
    assert changed.owner_approves_admins
    with pytest.raises(OwnerOnlySetting) as refused:
        async with units.write() as uow:
            await team.change_settings(uow, seeded.admin, owner_approves_admins=False)
    assert refused.value.owner == seeded.owner.name


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "x" * 400])
async def test_unknown_zones_are_refused(units: SqlUnits, seeded: SeededTeam, zone: str) -> None:
    """A34: a time zone that does not exist is refused."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await team.change_settings(uow, seeded.owner, zone=zone)


async def test_settings_are_stored(units: SqlUnits, seeded: SeededTeam) -> None:
    """A34: changed settings are stored, others stay, and a change without effect is not logged."""
    async with units.write() as uow:
        await team.change_settings(uow, seeded.owner, language=Language.ENGLISH, zone="Europe/Vienna")
    async with units.write() as uow:
        await team.change_settings(uow, seeded.owner, language=Language.ENGLISH)
    async with units.read() as uow:
        settings = await team.show(uow, seeded.viewer)
        log = await uow.audit.list_entries(seeded.team_id, limit=50)
    assert (settings.language, settings.zone) == (Language.ENGLISH, "Europe/Vienna")
    assert [item.action for item in log].count("team.settings_changed") == 1


async def test_another_teams_channel_is_refused(units: SqlUnits, seeded: SeededTeam) -> None:
    """A34: a channel that belongs to another team is refused, and that team is not named."""
    other = await seed_team(units, "Dachwerk")
    stolen = replace(other.owner, place=replace(seeded.channel, team_id=NO_TEAM))
    with pytest.raises(AlreadyConnected) as refused:
        async with units.write() as uow:
            await team.connect(uow, stolen)
    assert not vars(refused.value)
    async with units.read() as uow:
        assert [item.conversation_id for item in await uow.conversations.list_connected(seeded.team_id)] == [
            seeded.channel.conversation_id
        ]
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await team.disconnect(uow, stolen)


async def test_direct_chats_are_not_connected(units: SqlUnits, seeded: SeededTeam) -> None:
    """A34: a direct chat cannot be connected."""
    async with units.write() as uow:
        with pytest.raises(NotInChannel):
            await team.connect(uow, seeded.owner)


async def test_deletion_needs_the_typed_name(units: SqlUnits, seeded: SeededTeam) -> None:
    """A77: a team is deleted only by typing its exact name."""
    async with units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await team.delete(uow, seeded.owner, "solarhaus")
        assert refused.value.reason == "name_mismatch"
        await team.delete(uow, seeded.owner, " Solarhaus ")
    async with units.read() as uow:
        assert await uow.teams.get(seeded.team_id) is None
        assert await uow.members.count(seeded.team_id) == 0
        assert await uow.conversations.list_connected(seeded.team_id) == []


async def test_a_deleted_team_has_no_members(units: SqlUnits, seeded: SeededTeam) -> None:
    """A77: after the deletion all members are guests, in the direct chat and in the channel, which is free again."""
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    async with units.read() as uow:
        for item in (seeded.owner.place, seeded.channel):
            recognised = await uow.users.find_sender("web", "demo", seeded.owner.name, item.conversation_id)
            assert recognised is not None
            assert (recognised.actor().role, recognised.actor().team_id, recognised.actor().place.team_id) == (
                Role.GUEST,
                "",
                "",
            )


async def test_restore_within_30_days(units: SqlUnits, seeded: SeededTeam, clock: Clock) -> None:
    """A77: the former owner alone restores the team, with its members and channels."""
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    clock.advance(days=29, hours=23)
    with pytest.raises(NothingToRestore):
        async with units.write() as uow:
            await team.restore(uow, _without_team(seeded.admin))
    async with units.write() as uow:
        restored = await team.restore(uow, _without_team(seeded.owner))
    assert (restored.name, restored.members) == ("Solarhaus", 4)
    async with units.read() as uow:
        settings = await team.show(uow, seeded.owner)
    assert (settings.owner_name, len(settings.channels)) == (seeded.owner.name, 1)


async def test_no_restore_after_30_days(units: SqlUnits, seeded: SeededTeam, clock: Clock) -> None:
    """A77: after 30 days a team cannot be restored."""
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    clock.advance(days=30)
    async with units.write() as uow:
        with pytest.raises(NothingToRestore):
            await team.restore(uow, _without_team(seeded.owner))


async def test_members_of_another_team_are_not_restored(units: SqlUnits, seeded: SeededTeam, clock: Clock) -> None:
    """A77, B2: a member who has joined another team stays there, and one removed before stays removed."""
    async with units.write() as uow:
        await membership.remove(uow, seeded.owner, seeded.viewer.user_id, accept=("member.remove",))
    clock.advance(minutes=1)
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    clock.advance(days=1)
    async with units.write() as uow:
        other = await team.create(uow, _without_team(seeded.member), "Neue Firma")
    async with units.write() as uow:
        restored = await team.restore(uow, _without_team(seeded.owner))
    assert restored.members == 2
    async with units.read() as uow:
        gone = await uow.members.find_by_user(seeded.member.user_id)
        assert gone is not None
        assert gone.team_id == other.team_id


async def test_a_member_of_another_team_restores_nothing(units: SqlUnits, seeded: SeededTeam) -> None:
    """B2: a former owner who is a member of another team must leave that team first."""
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    async with units.write() as uow:
        await team.create(uow, _without_team(seeded.owner), "Neue Firma")
    with pytest.raises(AlreadyInTeam):
        async with units.write() as uow:
            await team.restore(uow, _without_team(seeded.owner))


async def test_a_channel_stays_with_its_new_team(units: SqlUnits, seeded: SeededTeam) -> None:
    """A77: a channel that another team connected after the deletion stays with that team."""
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    other = await seed_team(units, "Dachwerk")
    async with units.write() as uow:
        await team.connect(uow, replace(other.owner, place=replace(seeded.channel, team_id=NO_TEAM)))
    async with units.write() as uow:
        await team.restore(uow, _without_team(seeded.owner))
    async with units.read() as uow:
        assert await uow.conversations.list_connected(seeded.team_id) == []
        assert len(await uow.conversations.list_connected(other.team_id)) == 2


async def test_a_member_is_a_guest_in_another_teams_channel(units: SqlUnits, seeded: SeededTeam) -> None:
    """B1: in a connected channel only that team's members act; in other conversations users act for their own team."""
    other = await seed_team(units, "Dachwerk")
    async with units.read() as uow:
        recognised = await uow.users.find_sender("web", "demo", other.owner.name, seeded.channel.conversation_id)
        alone = await uow.users.find_sender("web", "demo", other.owner.name, other.owner.place.conversation_id)
    assert recognised is not None
    assert alone is not None
    assert (recognised.actor().role, recognised.actor().team_id, recognised.actor().place.team_id) == (
        Role.GUEST,
        "",
        seeded.team_id,
    )
    assert (alone.actor().role, alone.actor().team_id) == (Role.OWNER, other.team_id)


async def test_every_change_is_logged(units: SqlUnits, seeded: SeededTeam) -> None:
    """X5: creating and connecting are in the audit log, with user and platform."""
    async with units.read() as uow:
        listed = await show_audit(uow, seeded.owner)
    assert {item.action for item in listed.entries} >= {"team.created", "team.channel_connected"}
    assert {(item.user_id, item.platform) for item in listed.entries} == {(seeded.owner.user_id, "web")}


async def test_the_bot_leaves_and_comes_back(units: SqlUnits, seeded: SeededTeam) -> None:
    """A channel that the bot was removed from gets no posts, and is the team's again when the bot returns."""
    async with units.write() as uow:
        await team.record_bot_removed(uow, seeded.in_channel(seeded.member))
    async with units.read() as uow:
        assert await uow.conversations.list_connected(seeded.team_id) == []
    place = seeded.channel
    async with units.write() as uow:
        await uow.conversations.upsert(Conversation(place.platform, place.tenant, place.conversation_id, place.kind))
    async with units.read() as uow:
        assert [item.name for item in await uow.conversations.list_connected(seeded.team_id)] == [place.name]


async def test_a_refusal_changes_nothing(units: SqlUnits, seeded: SeededTeam) -> None:
    """A refused command changes no row, not even in the audit log."""
    async with units.read() as uow:
        before = await uow.audit.get_head(seeded.team_id)
    with pytest.raises(Refusal):
        async with units.write() as uow:
            await team.rename(uow, seeded.viewer, "Kaputt GmbH")
    async with units.read() as uow:
        assert await uow.audit.get_head(seeded.team_id) == before


def _without_team(actor: Actor) -> Actor:
    """Return the person as recognised after the team has gone."""
    return replace(actor, team_id=NO_TEAM, role=Role.GUEST)
