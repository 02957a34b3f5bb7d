"""Clicks that nobody should be able to send: refused in the same words as what does not exist, and nothing changes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot import nouns
from services import audit
from services.invitation import InvitationState
from services.permissions import Grant, Role, grant
from tests.chat import Chat, Person, Room
from tests.features import matrix, people, state
from tests.features.combinations import OPPOSITES
from tests.features.matrix import ROWS, Things
from tests.features.people import Firm
from tests.seen import Seen

COMBINATIONS = OPPOSITES

COMMANDS = nouns.registry().commands
ENTRIES_MAX = 1_000
TRESPASSES = {one.__name__ for one in audit.TRESPASSES}
MISSING = "0123456789abcdef0123456789abcdef0123"
MISSING_REFERENCES = {"invitation": "I-777"}
UNFOUND = {"NotFound", "FileGone", "Invalid", "NotColleague", "NothingToRestore"}
ALTERED: tuple[Any, ...] = (
    MISSING, "0", "-1", "L-999999", "I-999999", "' OR 1=1 --", "%", "\u202e", "x" * 5_000, {"a": 1}, ["x"], True, 7.5
)  # fmt: skip


def test_every_command_has_a_row() -> None:
    """Whoever adds a command says with which things of a team somebody might try it."""
    assert set(ROWS) == set(COMMANDS)
    assert all(row.names in {*COMMANDS[name].args.__struct_fields__, ""} for name, row in ROWS.items())


@dataclass(slots=True)
class Scene:
    """Two firms that know nothing of each other, somebody in neither, and somebody who has left the first one."""

    chat: Chat
    ours: Firm
    theirs: Firm
    things: Things
    stranger: Person
    gone: Person

    async def forge(self, person: Person, room: Room, command: str, args: dict[str, Any]) -> tuple[Seen, set[str]]:
        """Send a click for the newest card in the room; what the person reads then, and which rules said no."""
        before = await person.reads(room)
        card = next(one for one in reversed(before) if one.by_bot and not one.passing)
        said = state.refused(self.chat)
        at_once = await self.chat.stage.press(person.account, room, card.message_id, command, args, None)
        rules = state.newly_refused(self.chat, said)
        await self.chat.settles()
        if at_once is not None:
            return at_once, rules
        after = await person.reads(room)
        new = [one for one in after if one.by_bot and one not in before]
        # What stands in the card's place may look as before.
        return (new or [one for one in after if one.message_id == card.message_id])[-1], rules


async def play(chat: Chat) -> Scene:
    """Solarhaus with its things, Dachwerk, a stranger, and Rita, who was an admin of Solarhaus."""
    stranger, gone = await people.newcomer(chat, "Sara Fremd"), await people.newcomer(chat, "Rita Lang")
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    ours = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles, gone, stranger)
    theirs = await people.found(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER}, ours.owner)
    async with chat.house.units.write() as uow:
        await people.join(uow, ours.team_id, gone, Role.ADMIN)
    async with chat.house.units.write() as uow:
        assert await uow.members.remove(ours.team_id, await people.user_id(uow, gone), uow.now)
    return Scene(chat, ours, theirs, await matrix.build(ours), stranger, gone)


async def noted(scene: Scene, person: Person) -> list[str]:
    """The commands that the person was refused, as they stand in the logs of all teams."""
    chat, found = scene.chat, list[str]()
    async with chat.house.units.read() as uow:
        user_id = await people.user_id(uow, person)
        for firm in (scene.ours, scene.theirs):
            entries = await uow.audit.page(firm.team_id, limit=ENTRIES_MAX)
            refused = [one for one in entries if one.action == "access.refused" and one.user_id == user_id]
            assert not refused or person in firm.people, "in the log of another team"
            found += [one.details["command"] for one in refused]
    return sorted(found)


@asynccontextmanager
async def untouched(scene: Scene) -> AsyncGenerator[None]:
    """Nothing of the first firm changes, nobody there hears of it, and nothing breaks."""
    chat, firm = scene.chat, scene.ours
    heard, rows = await state.heard_by(firm), await state.kept(chat, firm.team_id)
    assert len(rows["leads"]) == 2
    yield
    await chat.settles()
    assert await state.kept(chat, firm.team_id) == rows
    assert await state.heard_by(firm) == heard
    assert state.defects(chat) == 0


def altered(row: matrix.Row, things: Things) -> dict[str, Any]:
    """The same arguments for a thing that does not exist anywhere."""
    return {**row.args(things), row.names: MISSING_REFERENCES.get(row.names, MISSING)}


def worded(seen: Seen, args: dict[str, Any], row: matrix.Row) -> str:
    """The words without the name that was asked for."""
    return seen.words.replace(str(args[row.names]), "…")


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


@asynccontextmanager
async def untouched_but_read(scene: Scene) -> AsyncGenerator[None]:
    """Nothing of the firm changes and nothing breaks, whatever its owner reads."""
    rows = await state.kept(scene.chat, scene.ours.team_id)
    yield
    await scene.chat.settles()
    assert await state.kept(scene.chat, scene.ours.team_id) == rows
    assert state.defects(scene.chat) == 0


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


ENDINGS = (
    "delivery.resend",
    "invitation.decline",
    "invitation.revoke",
    "lead.win",
    "marketplace.withdraw",
    "request.decline",
    "member.remove",
)
"""With each of these something of the firm ends."""


def over(things: Things) -> list[tuple[str, str, str]]:
    """Every command on something that has ended, and which rule says no."""
    leads = ("pick", "undo", "note", "share", "delegate", "return", "win", "lose")
    return [
        ("delivery.resend", things.delivery, "NotUnknown"),
        *[(f"invitation.{verb}", things.requested, "AlreadyDecided") for verb in ("approve", "decline")],
        *[(f"invitation.{verb}", things.invitation, "AlreadyDecided") for verb in ("approve", "decline")],
        *[(f"invitation.{verb}", things.requested, "NotOpen") for verb in ("resend", "revoke")],
        *[(f"invitation.{verb}", things.invitation, "NotOpen") for verb in ("resend", "revoke")],
        *[(f"lead.{verb}", things.work, "AlreadyClosed") for verb in leads],
        ("marketplace.offer", things.work, "AlreadyOffered"),
        *[(f"marketplace.{verb}", things.partner, "NotFound") for verb in ("end", "withdraw")],
        *[(f"request.{verb}", things.request, "RequestDecided") for verb in ("approve", "decline")],
        *[(f"member.{verb}", things.leaving, "NotFound") for verb in ("role", "remove", "transfer")],
    ]


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
