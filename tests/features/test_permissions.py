"""Permissions of each role, checked by pressing: a refusal names the approvers, and its button asks them."""

from typing import Final

import pytest

from bot.commands import discovery
from services.permissions import Role
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team, command_arguments, team_state
from tests.features.chat_team import ChatTeam
from tests.features.command_arguments import ROWS, Things

COMMANDS = discovery.build_registry().commands
COLUMNS: Final = {Role.OWNER: "O", Role.ADMIN: "A", Role.MEMBER: "M", Role.VIEWER: "V", Role.GUEST: "G"}
MEMBER_ROLES = tuple(role for role in Role if role is not Role.GUEST)

# The permission table of the rules, one row for each command: owner, admin, member, viewer, guest.
ALLOWED: Final[dict[str, str]] = {
    "help": "OAMVG",
    "home.show": "OAMVG",
    "cancel": "OAMVG",
    "preference.language": "OAMVG",
    "conversation.install": "OAMVG",
    "conversation.remove": "OAMVG",
    "team.create": "OAMVG",
    "team.restore": "OAMVG",
    "invitation.join": "OAMVG",
    "identity.link": "OAMVG",
    "identity.unlink": "OAMVG",
    "identity.enter": "OAMVG",
    "identity.agree": "OAMVG",
    "identity.review": "OAMVG",
    "identity.confirm": "OAMVG",
    "identity.decline": "OAMVG",
    "team.show": "OAMV",
    "card.show": "OAMV",
    "member.list": "OAMV",
    "member.leave": "OAMV",
    "invitation.list": "OAMV",
    "invitation.show": "OAMV",
    "invitation.create": "OA",
    "invitation.resend": "OA",
    "invitation.revoke": "OA",
    "invitation.approve": "OA",
    "invitation.question": "OA",
    "invitation.answer": "OAMV",
    "invitation.decline": "OA",
    "invitation.request": "MV",
    "member.remove": "OA",
    "member.role": "OA",
    "team.rename": "OA",
    "team.settings": "OA",
    "team.connect": "OA",
    "team.disconnect": "OA",
    "channel.code": "OA",
    "channel.review": "OA",
    "channel.confirm": "OA",
    "channel.decline": "OA",
    "team.delete": "O",
    "member.transfer": "O",
    "audit.show": "OA",
    "audit.export": "OA",
    "lead.export": "OAMV",
    "delivery.resend": "OA",
    "delivery.resend_all": "OA",
    "file.receive": "OAM",
    "file.show": "OAMV",
    "file.decline": "OAMV",
    "file.discard": "OAM",
    "request.ask": "OAMV",
    "request.show": "OAMV",
    "request.approve": "OA",  # the test requests a command of owners and admins
    "request.decline": "OA",
    "lead.list": "OAMV",
    "lead.show": "OAMV",
    "lead.find": "OAMV",
    "lead.outline": "OAMV",
    "lead.capture": "OAM",
    "lead.card": "OAMV",
    "lead.reveal": "OAM",
    "lead.create": "OAM",
    "lead.import": "OAM",
    "lead.import_show": "OAM",
    "lead.import_assign": "OAM",
    "lead.import_start": "OAM",
    "lead.import_stop": "OAM",
    "lead.pick": "OAM",
    "lead.undo": "OAM",
    "lead.note": "OAM",
    "lead.share": "OAM",
    "lead.delegate": "OAM",  # a member only leads in their charge, as the test's lead is
    "lead.return": "OAM",
    "lead.win": "OAM",
    "lead.lose": "OAM",
    "marketplace.show": "OAMV",
    "marketplace.create": "OAM",
    "marketplace.change": "OAM",
    "marketplace.invite": "OAM",
    "marketplace.invite_many": "OAM",
    "bulk.show": "OAMV",
    "bulk.page": "OAMV",
    "bulk.send": "OAM",
    "bulk.drop": "OAM",
    "bulk.resend": "OAM",
    "bulk.report": "OAMV",
    "bulk.links": "OAM",
    "marketplace.offer": "OAM",
    "marketplace.end": "OAM",
    "marketplace.withdraw": "OAM",
}
DONE: Final = {
    "audit.export": "audit.exported",
    "lead.export": "lead.exported",
    "invitation.create": "invitation.created",
    "invitation.request": "invitation.requested",
    "member.remove": "member.removed",
    "member.role": "member.role_changed",
    "member.transfer": "team.transferred",
    "team.rename": "team.renamed",
    "team.delete": "team.deleted",
    "lead.reveal": "lead.revealed",
    "lead.create": "lead.created",
    "lead.pick": "lead.picked",
    "lead.undo": "lead.undone",
    "lead.note": "lead.noted",
    "lead.delegate": "lead.delegated",
    "lead.return": "lead.returned",
    "marketplace.create": "marketplace.created",
    "bulk.send": "bulk.started",
}
"""The audit actions of commands that ran."""
DECIDED: Final = frozenset({"request.approve", "request.decline"})
"""Commands without a request button: decisions of a request, and the test's own request."""


def test_every_command_stands_in_the_table() -> None:
    """Each command has a row in the permission table."""
    assert set(ALLOWED) == set(COMMANDS)


async def build_scene(chat: Chat) -> tuple[ChatTeam, Things]:
    """Create a team with a member in every role, and its rows."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    return team, await command_arguments.build(team)


async def forge(person: Person, command: str, args: command_arguments.Arguments) -> tuple[DisplayedMessage, set[str]]:
    """Send a click in the person's direct chat; return what the person reads and which rules refused."""
    chat, before = person.chat, await person.reads()
    card = next(item for item in reversed(before) if item.by_bot and not item.passing)
    earlier_refusals = team_state.refused(chat)
    at_once = await chat.driver.press(person.account, person.direct, card.message_id, command, args, None)
    rules = team_state.newly_refused(chat, earlier_refusals)
    await chat.settles()
    if at_once is not None:
        return at_once, rules
    new = [item for item in await person.reads() if item.by_bot and item not in before]
    return (new[-1] if new else DisplayedMessage("", "")), rules


@pytest.mark.parametrize("role", MEMBER_ROLES)
async def test_each_role_does_what_the_table_says(chat: Chat, role: Role) -> None:
    """Each command runs for permitted roles; other members read the approvers and have a request button."""
    team, things = await build_scene(chat)
    person, wrong = team.of(role), list[str]()
    for command, row in ROWS.items():
        done = DONE.get(command, "")
        before = await chat_team.actions(chat, team.team_id, done)
        seen, rules = await forge(person, command, row.args(things))
        if COLUMNS[role] not in ALLOWED[command]:
            wrong += [f"{command}: {why} “{seen.words}”" for why in _unhelpful(chat, command, seen, rules)]
        elif rules & {"NotPermitted", "NotMember"}:
            wrong.append(f"{command}: {rules} “{seen.words}”")
        elif done and await chat_team.actions(chat, team.team_id, done) != before + 1:
            wrong.append(f"{command}: no {done}, {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    assert team_state.defects(chat) == 0


def _unhelpful(chat: Chat, command: str, seen: DisplayedMessage, rules: set[str]) -> list[str]:
    """Return what a refusal lacks: its approvers, the request button or the alternative."""
    if command in DECIDED:
        return (
            [] if rules <= {"RequesterDecides", "NotPermitted"} and "request.ask" not in seen.commands else ["decides"]
        )
    if rules != {"NotPermitted"}:
        return [f"not refused, {rules}"]
    if not COMMANDS[command].is_askable:
        return ["asks for an owner's right"] if seen.commands & {"request.ask"} or "Anna Weiß" not in seen else []
    if command == "invitation.request":
        # Owner and admins invite without approval.
        return ["asks those who may less"] if seen.commands & {"request.ask", "invitation.request"} else []
    asks = "invitation.request" if command == "invitation.create" else "request.ask"
    button = seen.button(asks, {} if asks == "invitation.request" else {"command": command})
    missing = [] if "Anna Weiß" in seen else ["does not name the owner"]
    if button is None or button.label != chat.words(de="Anna um Freigabe bitten", en="Ask Anna"):
        missing.append(f"no button that asks the owner: {seen.buttons}")
    return missing


async def test_a_guest_does_what_the_table_says(chat: Chat) -> None:
    """A guest reads that only members may do this, and is offered to join or to create a team."""
    team, things = await build_scene(chat)
    guest, wrong = await chat_team.user_without_team(chat, "Sara Fremd"), list[str]()
    rows = await team_state.rows_of(chat, team.team_id)
    for command, row in ROWS.items():
        seen, rules = await forge(guest, command, row.args(things))
        if "G" in ALLOWED[command]:
            wrong += [f"{command}: {rules}"] if rules & {"NotPermitted", "NotMember"} else []
        elif rules != {"NotMember"} or not {"invitation.join", "team.create"} <= seen.commands:
            wrong.append(f"{command}: {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    assert await team_state.rows_of(chat, team.team_id) == rows
    assert team_state.defects(chat) == 0


ASKED: Final = (
    (Role.VIEWER, "lead.pick"),
    (Role.VIEWER, "lead.note"),
    (Role.VIEWER, "lead.create"),
    (Role.VIEWER, "lead.reveal"),
    (Role.VIEWER, "lead.delegate"),
    (Role.VIEWER, "marketplace.create"),
    (Role.MEMBER, "team.rename"),
    (Role.ADMIN, "member.transfer"),
    (Role.VIEWER, "member.role"),
    (Role.MEMBER, "member.remove"),
)
"""The role that asks, and the command asked for; the last command ends the viewer's access."""


async def test_the_button_of_a_refusal_reaches_the_approver(chat: Chat) -> None:
    """A refused person presses “Ask Anna”; Anna reads it in her direct chat, and her approval runs the command."""
    team, things = await build_scene(chat)
    anna = team.owner
    for role, command in ASKED:
        person, args = team.of(role), ROWS[command].args(things)
        args.pop("accept", None)
        args |= {"who": things.heir} if command == "lead.delegate" else {}
        refused, _ = await forge(person, command, args)
        before = await chat_team.actions(chat, team.team_id, DONE[command])
        asked = await person.presses("request.ask")
        assert "Anna Weiß" in asked, command
        card = next(
            item for item in reversed(await anna.reads()) if person.name in item and item.button("request.approve", {})
        )
        assert things.lead not in card, "an id instead of the lead's number"
        request = _request_of(card)
        shown = await anna.presses("request.approve", request=request)
        if "request.approve" in shown.commands:
            assert "member" in command, (refused.words, shown.words)
            await anna.presses("request.approve", request=request)
        assert await chat_team.actions(chat, team.team_id, DONE[command]) == before + 1, (command, shown.words)
        assert any("Anna Weiß" in item for item in (await person.reads())[-2:]), command
        if command == "member.transfer":
            await team.of(Role.ADMIN).says(de="übertragen Anna", en="transfer Anna")
            await team.of(Role.ADMIN).presses("member.transfer")
    assert team_state.defects(chat) == 0


def _request_of(card: DisplayedMessage) -> str:
    button = card.button("request.approve", {})
    assert button is not None
    return button.args["request"]


async def test_a_member_asks_for_a_delegation(chat: Chat) -> None:
    """A member who shares another member's lead asks the owner, who then does it."""
    team, things = await build_scene(chat)
    ben = team.of(Role.MEMBER)
    await chat_team.pick(team, things.lead, team.of(Role.ADMIN))
    await forge(ben, "lead.share", {"lead": things.lead, "who": things.member_id})
    await ben.presses("request.ask")
    await team.owner.presses("request.approve")
    assert await chat_team.actions(chat, team.team_id, "lead.delegated") == 1


async def test_a_refused_invitation_is_requested(chat: Chat) -> None:
    """The button of a refused invitation requests it; after the owner's approval the mail is sent."""
    team, _ = await build_scene(chat)
    ben = team.of(Role.MEMBER)
    await team.owner.says(de="widerrufen I-2", en="revoke I-2")
    await ben.says(de="einladen udo@neu.example mitglied", en="invite udo@neu.example member")
    await ben.presses("invitation.request")
    assert chat.mails.to("udo@neu.example") == []
    await team.owner.presses("invitation.approve")
    assert len(chat.mails.to("udo@neu.example")) == 1


async def test_a_deletion_can_only_be_asked_for(chat: Chat) -> None:
    """The owner who is asked to delete the team still types its name."""
    team, things = await build_scene(chat)
    mara = team.of(Role.ADMIN)
    await forge(mara, "team.delete", ROWS["team.delete"].args(things))
    await mara.presses("request.ask")
    await team.owner.presses("request.approve")
    assert await chat_team.actions(chat, team.team_id, "team.deleted") == 0
    await team.owner.presses("team.delete", fill={"name": team.name})
    assert await chat_team.actions(chat, team.team_id, "team.deleted") == 1
