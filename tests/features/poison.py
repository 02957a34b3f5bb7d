"""Two firms and their things, with people who should not be able to reach them: for clicks nobody should send."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.commands import discovery
from services import audit
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.features import matrix, people, state
from tests.features.matrix import Things
from tests.features.people import Firm
from tests.seen import Seen

COMMANDS = discovery.build_registry().commands
ENTRIES_MAX = 1_000
TRESPASSES = {one.__name__ for one in audit.TRESPASSES}
MISSING = "0123456789abcdef0123456789abcdef0123"
MISSING_REFERENCES = {"invitation": "I-777"}
UNFOUND = {"NotFound", "FileGone", "Invalid", "NotColleague", "NothingToRestore"}
ALTERED: tuple[Any, ...] = (
    MISSING, "0", "-1", "L-999999", "I-999999", "' OR 1=1 --", "%", "\u202e", "x" * 5_000, {"a": 1}, ["x"], True, 7.5
)  # fmt: skip


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


@asynccontextmanager
async def untouched_but_read(scene: Scene) -> AsyncGenerator[None]:
    """Nothing of the firm changes and nothing breaks, whatever its owner reads."""
    rows = await state.kept(scene.chat, scene.ours.team_id)
    yield
    await scene.chat.settles()
    assert await state.kept(scene.chat, scene.ours.team_id) == rows
    assert state.defects(scene.chat) == 0


ENDINGS = (
    "delivery.resend",
    "delivery.resend_all",
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
        ("delivery.resend_all", things.sweep, "NotUnknown"),
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
