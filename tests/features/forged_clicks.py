"""Two teams with their rows, and people without access to them, for clicks that no client offers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.commands import discovery
from services import audit
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team, command_arguments, team_state
from tests.features.chat_team import ChatTeam
from tests.features.command_arguments import Things

COMMANDS = discovery.build_registry().commands
ENTRIES_MAX = 1_000
TRESPASSES = {trespass.__name__ for trespass in audit.RECORDED_REFUSALS}
MISSING = "0123456789abcdef0123456789abcdef0123"
MISSING_REFERENCES = {"invitation": "I-777"}
UNFOUND = {"NotFound", "FileExpired", "Invalid", "NotMember", "NothingToRestore"}
ALTERED: tuple[Any, ...] = (
    MISSING, "0", "-1", "L-999999", "I-999999", "' OR 1=1 --", "%", "\u202e", "x" * 5_000, {"a": 1}, ["x"], True, 7.5
)  # fmt: skip


@dataclass(slots=True)
class Scene:
    """Two unrelated teams, a user without a team, and a removed admin of the first team."""

    chat: Chat
    ours: ChatTeam
    theirs: ChatTeam
    things: Things
    stranger: Person
    gone: Person

    async def forge(
        self, person: Person, room: Room, command: str, args: dict[str, Any]
    ) -> tuple[DisplayedMessage, set[str]]:
        """Send a click for the newest card in the room; return what the person reads and which rules refused."""
        before = await person.reads(room)
        card = next(item for item in reversed(before) if item.by_bot and not item.passing)
        earlier_refusals = team_state.refused(self.chat)
        at_once = await self.chat.driver.press(person.account, room, card.message_id, command, args, None)
        rules = team_state.newly_refused(self.chat, earlier_refusals)
        await self.chat.settles()
        if at_once is not None:
            return at_once, rules
        after = await person.reads(room)
        new = [item for item in after if item.by_bot and item not in before]
        # An updated card may look the same as before.
        return (new or [item for item in after if item.message_id == card.message_id])[-1], rules


async def build_scene(chat: Chat) -> Scene:
    """Create Solarhaus with its rows, Dachwerk, a stranger, and Rita, a removed admin of Solarhaus."""
    stranger, gone = (
        await chat_team.user_without_team(chat, "Sara Fremd"),
        await chat_team.user_without_team(chat, "Rita Lang"),
    )
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    ours = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles, gone, stranger)
    theirs = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER}, ours.owner)
    async with chat.application.units.write() as uow:
        await chat_team.join(uow, ours.team_id, gone, Role.ADMIN)
    async with chat.application.units.write() as uow:
        assert await uow.members.remove(ours.team_id, await chat_team.user_id(uow, gone), uow.now)
    return Scene(chat, ours, theirs, await command_arguments.build(ours), stranger, gone)


async def refused_commands(scene: Scene, person: Person) -> list[str]:
    """List the commands that the logs of all teams record as refused to the person."""
    chat, found = scene.chat, list[str]()
    async with chat.application.units.read() as uow:
        user_id = await chat_team.user_id(uow, person)
        for team in (scene.ours, scene.theirs):
            entries = await uow.audit.list_entries(team.team_id, limit=ENTRIES_MAX)
            refused = [item for item in entries if item.action == "access.refused" and item.user_id == user_id]
            assert not refused or person in team.people, "in the log of another team"
            found += [item.details["command"] for item in refused]
    return sorted(found)


@asynccontextmanager
async def untouched(scene: Scene) -> AsyncGenerator[None]:
    """Check that the first team's rows and messages stay the same and that no defect occurs."""
    chat, team = scene.chat, scene.ours
    texts, rows = await team_state.texts_for_members(team), await team_state.rows_without_refusals(chat, team.team_id)
    assert len(rows["leads"]) == 2
    yield
    await chat.settles()
    assert await team_state.rows_without_refusals(chat, team.team_id) == rows
    assert await team_state.texts_for_members(team) == texts
    assert team_state.defects(chat) == 0


def altered(row: command_arguments.Row, things: Things) -> dict[str, Any]:
    """Return the same arguments with an id that does not exist."""
    return {**row.args(things), row.names: MISSING_REFERENCES.get(row.names, MISSING)}


def worded(seen: DisplayedMessage, args: dict[str, Any], row: command_arguments.Row) -> str:
    """Return the words without the id that was asked for."""
    return seen.words.replace(str(args[row.names]), "…")


@asynccontextmanager
async def untouched_but_read(scene: Scene) -> AsyncGenerator[None]:
    """Check that the team's rows stay the same and no defect occurs while its owner reads."""
    rows = await team_state.rows_without_refusals(scene.chat, scene.ours.team_id)
    yield
    await scene.chat.settles()
    assert await team_state.rows_without_refusals(scene.chat, scene.ours.team_id) == rows
    assert team_state.defects(scene.chat) == 0


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
"""The commands that close one of the team's rows."""


def over(things: Things) -> list[tuple[str, str, str]]:
    """List every command on a closed row with the rule that refuses it."""
    leads = ("pick", "undo", "note", "share", "delegate", "return", "win", "lose")
    return [
        ("delivery.resend", things.delivery, "OutcomeKnown"),
        ("delivery.resend_all", things.sweep, "OutcomeKnown"),
        *[(f"invitation.{verb}", things.requested, "AlreadyDecided") for verb in ("approve", "decline")],
        *[(f"invitation.{verb}", things.invitation, "AlreadyDecided") for verb in ("approve", "decline")],
        *[(f"invitation.{verb}", things.requested, "InvitationNotOpen") for verb in ("resend", "revoke")],
        *[(f"invitation.{verb}", things.invitation, "InvitationNotOpen") for verb in ("resend", "revoke")],
        *[(f"lead.{verb}", things.work, "AlreadyClosed") for verb in leads],
        ("marketplace.offer", things.work, "AlreadyOffered"),
        *[(f"marketplace.{verb}", things.partner, "NotFound") for verb in ("end", "withdraw")],
        *[(f"request.{verb}", things.request, "RequestDecided") for verb in ("approve", "decline")],
        *[(f"member.{verb}", things.leaving, "NotFound") for verb in ("role", "remove", "transfer")],
    ]
