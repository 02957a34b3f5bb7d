"""Forms that nobody should be able to send from a menu of Microsoft Teams: refused in the words of a click."""

from typing import Any

import pytest

from services.permissions import Grant, Role, grant
from tests.chat import Chat, Person, Room
from tests.features import state
from tests.features.combinations import TEAMS
from tests.features.matrix import ROWS
from tests.features.menus import Menus
from tests.features.poison import (
    ALTERED,
    COMMANDS,
    ENDINGS,
    TRESPASSES,
    Scene,
    altered,
    noted,
    over,
    play,
    untouched,
    untouched_but_read,
    worded,
)
from tests.seen import Seen

COMBINATIONS = TEAMS[1:]
"""What is stored is the same as after a click, which `test_poison` tries on both databases."""

OTHER_TENANT = "0e0e0e0e-0000-4000-8000-00000000000e"


async def submit(
    scene: Scene, person: Person, room: Room, command: str, args: dict[str, Any], **more: object
) -> tuple[Seen, set[str]]:
    """Send a command as the form of a menu does; what the dialog says then, and which rules said no."""
    said = state.refused(scene.chat)
    data = {"v": 1, "cmd": command, "args": args}
    menus = Menus(person, room, more)
    shown = await menus.asks("submitAction", commandId="lead.capture", commandContext="message", data=data)
    return shown.dialog or Seen("closed", ""), state.newly_refused(scene.chat, said)


def unbuttoned(seen: Seen) -> str:
    """The words without those of the buttons: a dialog closes by itself, and a card leads back."""
    words = seen.words
    for button in reversed(seen.buttons):
        words = "".join(words.rsplit(button.label, 1))
    return " ".join(words.split())


def denied(role: Role) -> list[str]:
    """Everything that the role may never do."""
    return [name for name in ROWS if grant(role, COMMANDS[name].permission) is Grant.NO]


async def poison(scene: Scene, person: Person, room: Room, role: Role) -> None:
    """Everything the role may not do, from a menu: refused in the words of a card, noted, in vain."""
    rule = "NotColleague" if role is Role.GUEST else "NotPermitted"
    dialogs, wrong = dict[str, Seen](), list[str]()
    async with untouched(scene):
        for command in denied(role):
            dialogs[command], rules = await submit(scene, person, room, command, ROWS[command].args(scene.things))
            wrong += [f"{command}: {rules}"] if rules != {rule} else []
    has_team = person in scene.ours.people + scene.theirs.people
    assert await noted(scene, person) == (sorted(dialogs) if has_team else [])
    for command, dialog in dialogs.items():
        card, _ = await scene.forge(person, room, command, ROWS[command].args(scene.things))
        if not dialog.words or unbuttoned(dialog) != unbuttoned(card):
            wrong.append(f"{command}: “{unbuttoned(dialog)}” but “{unbuttoned(card)}”")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
async def test_a_colleague_does_no_more_in_a_menu_than_at_a_card(chat: Chat, role: Role) -> None:
    """What a role does not allow is refused in a dialog as at a card, in the team's log, and changes nothing."""
    scene = await play(chat)
    person = scene.ours.of(role)
    assert denied(role)
    await poison(scene, person, person.direct, role)


async def test_somebody_in_no_team_reaches_nothing_from_a_menu(chat: Chat) -> None:
    """Whoever merely reads along in our channel opens its menus in vain."""
    scene = await play(chat)
    await poison(scene, scene.stranger, scene.ours.channel, Role.GUEST)


async def test_a_removed_colleague_reaches_nothing_from_a_menu(chat: Chat) -> None:
    """The dialog that a removed colleague still has before him does nothing for him any more."""
    scene = await play(chat)
    await poison(scene, scene.gone, scene.gone.direct, Role.GUEST)


async def test_another_teams_colleague_is_a_guest_in_the_menus_of_our_channel(chat: Chat) -> None:
    """The owner of another firm who reads along in our channel moves nothing from its menus."""
    scene = await play(chat)
    petra = scene.theirs.owner
    channel = await chat.channel("Gemeinsam", scene.ours.owner, petra)
    await scene.ours.owner.says(de="verbinden", en="connect", at=channel)
    await poison(scene, petra, channel, Role.GUEST)


async def test_things_of_another_team_do_not_exist_in_a_menu(chat: Chat) -> None:
    """A dialog says the same about things of ours as about things that nobody has, and as a card does."""
    scene = await play(chat)
    petra, wrong, trespasses = scene.theirs.owner, list[str](), set[str]()
    async with untouched(scene):
        for command, row in ROWS.items():
            args = row.args(scene.things)
            seen, rules = await submit(scene, petra, petra.direct, command, args)
            trespasses |= {command} if rules & TRESPASSES else set()
            if not row.names:
                continue
            other = altered(row, scene.things)
            missing, _ = await submit(scene, petra, petra.direct, command, other)
            card, _ = await scene.forge(petra, petra.direct, command, args)
            if bool(rules) is not row.is_refused or worded(seen, args, row) != worded(missing, other, row):
                wrong.append(f"{command}: {rules} “{seen.words}” but “{missing.words}”")
            if rules and unbuttoned(seen) != unbuttoned(card):
                wrong.append(f"{command}: “{seen.words}” but “{card.words}” on a card")
    assert not wrong, "\n".join(wrong)
    assert await noted(scene, petra) == sorted(trespasses)
    assert len(trespasses) > len(ROWS) / 3


async def test_another_tenant_is_another_world(chat: Chat) -> None:
    """Whoever comes from another organisation is nobody here, even under the id of our owner and in our channel."""
    scene = await play(chat)
    anna, channel, wrong = scene.ours.owner, scene.ours.channel, list[str]()
    place = {"id": channel.room_id, "tenantId": OTHER_TENANT, "conversationType": "channel", "isGroup": True}
    data = {"tenant": {"id": OTHER_TENANT}, "channel": {"id": channel.room_id}, "team": {"id": "19:team@thread.tacv2"}}
    async with untouched(scene):
        for command in denied(Role.GUEST):
            args = ROWS[command].args(scene.things)
            seen, rules = await submit(scene, anna, channel, command, args, conversation=place, channelData=data)
            wrong += [f"{command}: {rules} “{seen.words}”"] if rules != {"NotColleague"} else []
    assert not wrong, "\n".join(wrong)
    assert await noted(scene, anna) == []


async def test_altered_ids_reach_nothing_from_a_menu(chat: Chat) -> None:
    """Whatever stands where an id should stand: the owner reads an answer, nothing changes and nothing breaks."""
    scene = await play(chat)
    anna = scene.ours.owner
    async with untouched_but_read(scene):
        for command, row in ROWS.items():
            for value in ALTERED if row.names else ():
                seen, _ = await submit(scene, anna, anna.direct, command, {**row.args(scene.things), row.names: value})
                assert seen.words, (command, value)


async def test_what_is_over_stays_over_in_a_menu(chat: Chat) -> None:
    """What was decided, closed, sent, removed or withdrawn once is not moved again by an old dialog."""
    scene = await play(chat)
    anna, things = scene.ours.owner, scene.things
    for command in ENDINGS:
        await scene.forge(anna, anna.direct, command, ROWS[command].args(things))
    wrong: list[str] = []
    async with untouched_but_read(scene):
        for command, thing, rule in over(things):
            row = ROWS[command]
            args = {**row.args(things), row.names: thing}
            seen, rules = await submit(scene, anna, anna.direct, command, args)
            card, _ = await scene.forge(anna, anna.direct, command, args)
            if rules != {rule} or unbuttoned(seen) != unbuttoned(card):
                wrong.append(f"{command}: {rules} “{seen.words}” but “{card.words}” on a card")
    assert not wrong, "\n".join(wrong)
