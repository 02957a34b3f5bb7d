"""Forged clicks get the same words as ids that do not exist, and change nothing."""

from services.invitation import InvitationState
from services.permissions import Grant, Role, get_grant
from tests.chat import Chat, Person, Room
from tests.features import chat_team, team_state
from tests.features.command_arguments import ROWS
from tests.features.forged_clicks import (
    ALTERED,
    COMMANDS,
    ENDINGS,
    TRESPASSES,
    UNFOUND,
    Scene,
    altered,
    build_scene,
    over,
    refused_commands,
    untouched,
    untouched_but_read,
    worded,
)


def test_every_command_has_a_row() -> None:
    """Each command has a row with the ids that a forged click tries."""
    assert set(ROWS) == set(COMMANDS)
    assert all(row.names in {*COMMANDS[name].args.__struct_fields__, ""} for name, row in ROWS.items())


async def test_rows_of_another_team_look_missing(chat: Chat) -> None:
    """A member of another team reads the same words for the team's ids as for ids that do not exist."""
    scene = await build_scene(chat)
    petra, wrong, trespasses = scene.theirs.owner, list[str](), set[str]()
    async with untouched(scene):
        for command, row in ROWS.items():
            args = row.args(scene.things)
            seen, rules = await scene.forge(petra, petra.direct, command, args)
            trespasses |= {command} if rules & TRESPASSES else set()
            if not row.names:
                continue
            other = altered(row, scene.things)
            missing, _ = await scene.forge(petra, petra.direct, command, other)
            if bool(rules) is not row.is_refused or worded(seen, args, row) != worded(missing, other, row):
                wrong.append(f"{command}: {rules} “{seen.words}” but “{missing.words}”")
    assert not wrong, "\n".join(wrong)
    assert await refused_commands(scene, petra) == sorted(trespasses)
    assert len(trespasses) > len(ROWS) / 3


async def assert_person_reaches_nothing(scene: Scene, person: Person, room: Room) -> None:
    """Press every command as a person outside the team; the person's own team records the refusals."""
    wrong, trespasses = list[str](), set[str]()
    async with untouched(scene):
        for command, row in ROWS.items():
            seen, rules = await scene.forge(person, room, command, row.args(scene.things))
            trespasses |= {command} if rules & TRESPASSES else set()
            is_free = get_grant(Role.GUEST, COMMANDS[command].permission) is Grant.YES
            if not is_free and rules != {"NotMember"}:
                wrong.append(f"{command}: {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    has_team = person in scene.ours.people + scene.theirs.people
    assert await refused_commands(scene, person) == (sorted(trespasses) if has_team else [])


async def test_a_user_without_team_reaches_nothing(chat: Chat) -> None:
    """A user without a team changes none of the team's rows from the direct chat and reads nothing of them."""
    scene = await build_scene(chat)
    await assert_person_reaches_nothing(scene, scene.stranger, scene.stranger.direct)


async def test_a_user_without_team_reaches_nothing_in_the_channel(chat: Chat) -> None:
    """A user without a team who reads the team's channel presses its buttons without effect."""
    scene = await build_scene(chat)
    await assert_person_reaches_nothing(scene, scene.stranger, scene.ours.channel)


async def test_a_removed_member_reaches_nothing_on_old_cards(chat: Chat) -> None:
    """The old cards of a removed member have no effect."""
    scene = await build_scene(chat)
    await assert_person_reaches_nothing(scene, scene.gone, scene.gone.direct)


async def test_a_removed_member_reaches_nothing_in_the_channel(chat: Chat) -> None:
    """A removed member who is still in the channel presses its buttons without effect."""
    scene = await build_scene(chat)
    await assert_person_reaches_nothing(scene, scene.gone, scene.ours.channel)


async def test_a_member_is_a_guest_in_another_teams_channel(chat: Chat) -> None:
    """In another team's channel even an owner changes nothing, neither of the own team nor of the other."""
    scene = await build_scene(chat)
    theirs = await team_state.rows_of(chat, scene.theirs.team_id)
    await assert_person_reaches_nothing(scene, scene.ours.owner, scene.theirs.channel)
    assert await team_state.rows_of(chat, scene.theirs.team_id) == theirs


async def test_another_teams_owner_is_a_guest_in_the_channel(chat: Chat) -> None:
    """The owner of another team who reads the team's channel changes nothing there."""
    scene = await build_scene(chat)
    petra = scene.theirs.owner
    channel = await chat.channel("Gemeinsam", scene.ours.owner, petra)
    await scene.ours.owner.says(de="verbinden", en="connect", room=channel)
    await assert_person_reaches_nothing(scene, petra, channel)


async def test_altered_ids_reach_nothing(chat: Chat) -> None:
    """An invalid id gets the owner a response, changes nothing and causes no defect."""
    scene = await build_scene(chat)
    anna = scene.ours.owner
    card = next(item for item in await anna.reads() if item.by_bot)
    async with untouched_but_read(scene):
        for command, row in ROWS.items():
            for value in ALTERED if row.names else ():
                args = {**row.args(scene.things), row.names: value}
                await chat.driver.press(anna.account, anna.direct, card.message_id, command, args, None)


async def test_closed_rows_stay_closed(chat: Chat) -> None:
    """An old card does not reopen a row that was decided, closed, sent, removed or withdrawn."""
    scene = await build_scene(chat)
    anna, things = scene.ours.owner, scene.things
    for command in ENDINGS:
        await scene.forge(anna, anna.direct, command, ROWS[command].args(things))
    wrong: list[str] = []
    async with untouched_but_read(scene):
        for command, thing, rule in over(things):
            row = ROWS[command]
            seen, rules = await scene.forge(anna, anna.direct, command, {**row.args(things), row.names: thing})
            if rules != {rule}:
                wrong.append(f"{command}: {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)


async def test_a_former_teams_card_changes_nothing_in_the_new_team(chat: Chat) -> None:
    """An approval card of a former team decides neither team's request with that number."""
    roles = {"Rita Lang": Role.ADMIN, "Ben Kaya": Role.MEMBER}
    former = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    rita, ben = former.people[1:]
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    card = next(item for item in await rita.reads() if "invitation.approve" in item.commands)
    await former.owner.says(de="entfernen Rita", en="remove Rita")
    await former.owner.presses("member.remove")
    await rita.says(de="team anlegen Neu GmbH", en="team create Neu GmbH")
    uwe = await chat_team.user_without_team(chat, "Uwe Kern")
    async with chat.application.units.write() as uow:
        new_team = (await chat_team.actor(uow, rita)).team_id
        await chat_team.join(uow, new_team, uwe, Role.MEMBER)
    await uwe.says(de="einladung erbitten udo@neu.example", en="request invitation udo@neu.example")
    before = team_state.refused(chat)
    for command in ("invitation.approve", "invitation.decline"):
        button = card.button(command, {})
        assert button is not None
        await chat.driver.press(rita.account, rita.direct, card.message_id, command, button.args, None)
    assert team_state.newly_refused(chat, before) == {"NotFound"}
    async with chat.application.units.read() as uow:
        found = [await uow.invitations.find_by_number(team, 1) for team in (former.team_id, new_team)]
    assert [item.state for item in found if item] == [InvitationState.REQUESTED] * 2
    assert chat.mails.mails == []


async def test_the_rows_name_existing_ids(chat: Chat) -> None:
    """The team's owner finds every id that the forged clicks name."""
    scene = await build_scene(chat)
    anna, unknown = scene.ours.owner, list[str]()
    for command, row in ROWS.items():
        seen, rules = await scene.forge(anna, anna.direct, command, row.args(scene.things))
        if row.names and rules & UNFOUND:
            unknown.append(f"{command}: {rules} “{seen.words}”")
    assert not unknown, "\n".join(unknown)
    assert team_state.defects(chat) == 0
