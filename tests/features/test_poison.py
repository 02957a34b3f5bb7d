"""Clicks that nobody should be able to send: refused in the same words as what does not exist, and nothing changes."""

from services.invitation import InvitationState
from services.permissions import Grant, Role, grant
from tests.chat import Chat, Person, Room
from tests.features import people, state
from tests.features.matrix import ROWS
from tests.features.poison import (
    ALTERED,
    COMMANDS,
    ENDINGS,
    TRESPASSES,
    UNFOUND,
    Scene,
    altered,
    noted,
    over,
    play,
    untouched,
    untouched_but_read,
    worded,
)


def test_every_command_has_a_row() -> None:
    """Whoever adds a command says with which things of a team somebody might try it."""
    assert set(ROWS) == set(COMMANDS)
    assert all(row.names in {*COMMANDS[name].args.__struct_fields__, ""} for name, row in ROWS.items())


async def test_things_of_another_team_are_as_if_they_did_not_exist(chat: Chat) -> None:
    """A colleague of another firm reads the same words about things of ours as about things that nobody has."""
    scene = await play(chat)
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
    assert await noted(scene, petra) == sorted(trespasses)
    assert len(trespasses) > len(ROWS) / 3


async def poison(scene: Scene, person: Person, room: Room) -> None:
    """Every command, by somebody who is nobody's colleague here; a team of his own keeps what he was refused."""
    wrong, trespasses = list[str](), set[str]()
    async with untouched(scene):
        for command, row in ROWS.items():
            seen, rules = await scene.forge(person, room, command, row.args(scene.things))
            trespasses |= {command} if rules & TRESPASSES else set()
            is_free = grant(Role.GUEST, COMMANDS[command].permission) is Grant.YES
            if not is_free and rules != {"NotColleague"}:
                wrong.append(f"{command}: {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    has_team = person in scene.ours.people + scene.theirs.people
    assert await noted(scene, person) == (sorted(trespasses) if has_team else [])


async def test_somebody_in_no_team_reaches_nothing(chat: Chat) -> None:
    """Somebody in no team gets nothing done with our things in a chat of his own, and no word about them."""
    scene = await play(chat)
    await poison(scene, scene.stranger, scene.stranger.direct)


async def test_somebody_in_no_team_reaches_nothing_in_our_channel(chat: Chat) -> None:
    """Whoever merely reads along in our channel presses its buttons in vain."""
    scene = await play(chat)
    await poison(scene, scene.stranger, scene.ours.channel)


async def test_a_removed_colleague_reaches_nothing_on_old_cards(chat: Chat) -> None:
    """The cards that a removed colleague still has before him do nothing for him any more."""
    scene = await play(chat)
    await poison(scene, scene.gone, scene.gone.direct)


async def test_a_removed_colleague_reaches_nothing_in_the_channel(chat: Chat) -> None:
    """The same holds in the channel in which a removed colleague still sits."""
    scene = await play(chat)
    await poison(scene, scene.gone, scene.ours.channel)


async def test_a_colleague_is_a_guest_in_another_teams_channel(chat: Chat) -> None:
    """In a channel that another firm has connected even our owner moves nothing, neither ours nor theirs."""
    scene = await play(chat)
    theirs = await state.rows_of(chat, scene.theirs.team_id)
    await poison(scene, scene.ours.owner, scene.theirs.channel)
    assert await state.rows_of(chat, scene.theirs.team_id) == theirs


async def test_another_teams_colleague_is_a_guest_in_our_channel(chat: Chat) -> None:
    """The owner of another firm who reads along in our channel moves nothing there."""
    scene = await play(chat)
    petra = scene.theirs.owner
    channel = await chat.channel("Gemeinsam", scene.ours.owner, petra)
    await scene.ours.owner.says(de="verbinden", en="connect", at=channel)
    await poison(scene, petra, channel)


async def test_altered_ids_reach_nothing(chat: Chat) -> None:
    """Whatever stands where an id should stand: the owner reads an answer, nothing changes and nothing breaks."""
    scene = await play(chat)
    anna = scene.ours.owner
    card = next(one for one in await anna.reads() if one.by_bot)
    async with untouched_but_read(scene):
        for command, row in ROWS.items():
            for value in ALTERED if row.names else ():
                args = {**row.args(scene.things), row.names: value}
                await chat.stage.press(anna.account, anna.direct, card.message_id, command, args, None)


async def test_what_is_over_stays_over(chat: Chat) -> None:
    """What was decided, closed, sent, removed or withdrawn once is not moved again by an old card."""
    scene = await play(chat)
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


async def test_the_card_of_a_former_team_moves_nothing_in_the_new_one(chat: Chat) -> None:
    """Who has left a team and owns another one presses an old approval: neither team's request of that number moves."""
    roles = {"Rita Lang": Role.ADMIN, "Ben Kaya": Role.MEMBER}
    former = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    rita, ben = former.people[1:]
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    card = next(one for one in await rita.reads() if "invitation.approve" in one.commands)
    await former.owner.says(de="entfernen Rita", en="remove Rita")
    await former.owner.presses("member.remove")
    await rita.says(de="team anlegen Neu GmbH", en="team create Neu GmbH")
    uwe = await people.newcomer(chat, "Uwe Kern")
    async with chat.house.units.write() as uow:
        new_team = (await people.actor(uow, rita)).team_id
        await people.join(uow, new_team, uwe, Role.MEMBER)
    await uwe.says(de="einladung erbitten udo@neu.example", en="request invitation udo@neu.example")
    before = state.refused(chat)
    for command in ("invitation.approve", "invitation.decline"):
        button = card.button(command, {})
        assert button is not None
        await chat.stage.press(rita.account, rita.direct, card.message_id, command, button.args, None)
    assert state.newly_refused(chat, before) == {"NotFound"}
    async with chat.house.units.read() as uow:
        found = [await uow.invitations.numbered(team, 1) for team in (former.team_id, new_team)]
    assert [one.state for one in found if one] == [InvitationState.REQUESTED] * 2
    assert chat.mails.mails == []


async def test_the_rows_name_real_things(chat: Chat) -> None:
    """The owner to whom they belong finds every thing that the poisoned clicks name."""
    scene = await play(chat)
    anna, unknown = scene.ours.owner, list[str]()
    for command, row in ROWS.items():
        seen, rules = await scene.forge(anna, anna.direct, command, row.args(scene.things))
        if row.names and rules & UNFOUND:
            unknown.append(f"{command}: {rules} “{seen.words}”")
    assert not unknown, "\n".join(unknown)
    assert state.defects(chat) == 0
