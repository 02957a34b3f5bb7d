"""Forged forms of the message extensions of Microsoft Teams get the refusals of a click."""

from typing import Any

import pytest

from services.permissions import Grant, Role, get_grant
from tests.chat import Chat, Person, Room
from tests.displayed_message import DisplayedMessage
from tests.features import team_state
from tests.features.combinations import TEAMS
from tests.features.command_arguments import ROWS
from tests.features.forged_clicks import (
    ALTERED,
    COMMANDS,
    ENDINGS,
    TRESPASSES,
    Scene,
    altered,
    build_scene,
    over,
    refused_commands,
    untouched,
    untouched_but_read,
    worded,
)
from tests.features.menus import Menus

COMBINATIONS = TEAMS[1:]
"""A form stores the same as a click, which `test_forged_clicks` tries on both databases."""

OTHER_TENANT = "0e0e0e0e-0000-4000-8000-00000000000e"


async def submit(
    scene: Scene, person: Person, room: Room, command: str, args: dict[str, Any], **more: object
) -> tuple[DisplayedMessage, set[str]]:
    """Submit a command as a form; return the dialog's response and which rules refused."""
    earlier_refusals = team_state.refused(scene.chat)
    data = {"v": 1, "cmd": command, "args": args}
    menus = Menus(person, room, more)
    shown = await menus.asks("submitAction", commandId="lead.capture", commandContext="message", data=data)
    return shown.dialog or DisplayedMessage("closed", ""), team_state.newly_refused(scene.chat, earlier_refusals)


def unbuttoned(seen: DisplayedMessage) -> str:
    """Return the words without those of the buttons, since only a card has a button back."""
    words = seen.words
    for button in reversed(seen.buttons):
        words = "".join(words.rsplit(button.label, 1))
    return " ".join(words.split())


def denied(role: Role) -> list[str]:
    """List every command that the role may never run."""
    return [name for name in ROWS if get_grant(role, COMMANDS[name].permission) is Grant.NO]


async def assert_role_reaches_nothing(scene: Scene, person: Person, room: Room, role: Role) -> None:
    """Submit every denied command: refused in the words of a card, recorded, without effect."""
    rule = "NotMember" if role is Role.GUEST else "NotPermitted"
    dialogs, wrong = dict[str, DisplayedMessage](), list[str]()
    async with untouched(scene):
        for command in denied(role):
            dialogs[command], rules = await submit(scene, person, room, command, ROWS[command].args(scene.things))
            wrong += [f"{command}: {rules}"] if rules != {rule} else []
    has_team = person in scene.ours.people + scene.theirs.people
    assert await refused_commands(scene, person) == (sorted(dialogs) if has_team else [])
    for command, dialog in dialogs.items():
        card, _ = await scene.forge(person, room, command, ROWS[command].args(scene.things))
        if not dialog.words or unbuttoned(dialog) != unbuttoned(card):
            wrong.append(f"{command}: “{unbuttoned(dialog)}” but “{unbuttoned(card)}”")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
async def test_a_member_does_no_more_in_a_menu_than_on_a_card(chat: Chat, role: Role) -> None:
    """A dialog refuses what the role does not allow as a card does, records it, and changes nothing."""
    scene = await build_scene(chat)
    person = scene.ours.of(role)
    assert denied(role)
    await assert_role_reaches_nothing(scene, person, person.direct, role)


async def test_a_user_without_team_reaches_nothing_from_a_menu(chat: Chat) -> None:
    """A user without a team who reads the team's channel opens its menus without effect."""
    scene = await build_scene(chat)
    await assert_role_reaches_nothing(scene, scene.stranger, scene.ours.channel, Role.GUEST)


async def test_a_removed_member_reaches_nothing_from_a_menu(chat: Chat) -> None:
    """The open dialog of a removed member has no effect."""
    scene = await build_scene(chat)
    await assert_role_reaches_nothing(scene, scene.gone, scene.gone.direct, Role.GUEST)


async def test_another_teams_owner_is_a_guest_in_the_channels_menus(chat: Chat) -> None:
    """The owner of another team who reads the team's channel changes nothing from its menus."""
    scene = await build_scene(chat)
    petra = scene.theirs.owner
    channel = await chat.channel("Gemeinsam", scene.ours.owner, petra)
    await scene.ours.owner.says(de="verbinden", en="connect", room=channel)
    await assert_role_reaches_nothing(scene, petra, channel, Role.GUEST)


async def test_rows_of_another_team_look_missing_in_a_menu(chat: Chat) -> None:
    """A dialog says the same about the team's ids as about missing ones, and the same as a card."""
    scene = await build_scene(chat)
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
    assert await refused_commands(scene, petra) == sorted(trespasses)
    assert len(trespasses) > len(ROWS) / 3


async def test_another_tenant_reaches_nothing(chat: Chat) -> None:
    """A user of another tenant is unknown, even with the owner's id and in the team's channel."""
    scene = await build_scene(chat)
    anna, channel, wrong = scene.ours.owner, scene.ours.channel, list[str]()
    conversation = {"id": channel.room_id, "tenantId": OTHER_TENANT, "conversationType": "channel", "isGroup": True}
    data = {"tenant": {"id": OTHER_TENANT}, "channel": {"id": channel.room_id}, "team": {"id": "19:team@thread.tacv2"}}
    async with untouched(scene):
        for command in denied(Role.GUEST):
            args = ROWS[command].args(scene.things)
            seen, rules = await submit(scene, anna, channel, command, args, conversation=conversation, channelData=data)
            wrong += [f"{command}: {rules} “{seen.words}”"] if rules != {"NotMember"} else []
    assert not wrong, "\n".join(wrong)
    assert await refused_commands(scene, anna) == []


async def test_altered_ids_reach_nothing_from_a_menu(chat: Chat) -> None:
    """An invalid id gets the owner a response, changes nothing and causes no defect."""
    scene = await build_scene(chat)
    anna = scene.ours.owner
    async with untouched_but_read(scene):
        for command, row in ROWS.items():
            for value in ALTERED if row.names else ():
                seen, _ = await submit(scene, anna, anna.direct, command, {**row.args(scene.things), row.names: value})
                assert seen.words, (command, value)


async def test_closed_rows_stay_closed_in_a_menu(chat: Chat) -> None:
    """An old dialog does not reopen a row that was decided, closed, sent, removed or withdrawn."""
    scene = await build_scene(chat)
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
